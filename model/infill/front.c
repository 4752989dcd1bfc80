#include "model/infill/group.h"

#include "model/base/memory.h"
#include "model/base/random.h"

#include <stdlib.h>
#include <string.h>

static struct front front_room(int count)
{
    struct front front = { .count = count };
    front.with = memory_new((size_t)count, sizeof *front.with);
    front.without = memory_new((size_t)count, sizeof *front.without);
    front.positions = memory_new((size_t)count, sizeof *front.positions);
    for (int i = 0; i < count; i++)
        front.positions[i] = i;
    return front;
}

/* Without slots the unconditional branch sees noise where the preface was: masks, as LLaDA's does, or any
 * tokens. */
static bool front_preface(struct front *front, const struct infill *infill, const char *preface,
                          struct lacuna_error *error)
{
    struct ids ids = { 0 };
    const struct framing *framing = infill_framing(infill);
    if (!tokenizer_encode(infill_tokenizer(infill), preface, strlen(preface), false, &ids, error)) {
        ids_free(&ids);
        return false;
    }
    int most = framing->context_length / 4;
    *front = front_room(ids.count < (size_t)most ? (int)ids.count : most);
    front->asked = front->count > 0;
    struct random random = random_new(0, 0);
    for (int i = 0; i < front->count; i++) {
        front->with[i] = ids.at[i];
        front->without[i] = framing->mask >= 0
                                ? framing->mask
                                : (int32_t)random_below(&random, (uint32_t)framing->vocabulary);
    }
    ids_free(&ids);
    return true;
}

bool front_new(struct front *front, const struct infill *infill, const struct ids *attributes,
               const char *preface, struct lacuna_error *error)
{
    int slots = infill_slots(infill);
    if (!slots && preface)
        return front_preface(front, infill, preface, error);
    const struct framing *framing = infill_framing(infill);
    int32_t none = framing->none >= 0 ? framing->none : framing->pad >= 0 ? framing->pad : 0;
    *front = front_room(slots);
    front->asked = slots > 0 && attributes->count > 0;
    for (int i = 0; i < slots; i++) {
        front->with[i] = (size_t)i < attributes->count ? attributes->at[i] : none;
        front->without[i] = none;
    }
    return true;
}

void front_free(struct front *front)
{
    free(front->with);
    free(front->without);
    free(front->positions);
    *front = (struct front){ 0 };
}
