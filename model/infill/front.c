#include "model/infill/chat.h"
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

static bool encode_preface(const struct infill *infill, const char *preface, struct ids *ids,
                           struct lacuna_error *error)
{
    int32_t bos = infill_framing(infill)->bos;
    if (bos >= 0)
        ids_push(ids, bos);
    size_t most = (size_t)infill_framing(infill)->context_length / 4;
    if (!tokenizer_encode(infill_tokenizer(infill), preface, strlen(preface), false, ids, error))
        return false;
    ids->count = ids->count < most ? ids->count : most;
    return true;
}

static bool encode_instruction(const struct infill *infill, const char *preface, struct ids *ids,
                               struct lacuna_error *error)
{
    static const char ask[] = "Write a text with these properties: ";
    size_t size = strcspn(preface, "\n");
    char *instruction = memory_new(sizeof ask + size + 1, 1);
    memcpy(instruction, ask, sizeof ask - 1);
    memcpy(instruction + sizeof ask - 1, preface, size);
    instruction[sizeof ask - 1 + size] = '.';
    bool fine = chat_encode(infill_chat(infill), infill_tokenizer(infill), instruction, ids, error);
    free(instruction);
    int length = infill_framing(infill)->context_length;
    if (fine && ids->count > (size_t)length / 2)
        return fail(error, LACUNA_TOO_LONG,
                    "the attributes as an instruction take %zu pieces, more than half of the model's %d",
                    ids->count, length);
    return fine;
}

/* Without slots the unconditional branch sees noise where the preface was: masks, as LLaDA's does, or any
 * tokens. */
static bool front_preface(struct front *front, const struct infill *infill, const char *preface,
                          struct lacuna_error *error)
{
    struct ids ids = { 0 };
    const struct framing *framing = infill_framing(infill);
    bool chat = infill_chat(infill);
    bool fine = (chat ? encode_instruction : encode_preface)(infill, preface, &ids, error);
    *front = front_room(fine ? (int)ids.count : 0);
    front->asked = front->count > 0;
    struct random random = random_new(0, 0);
    for (int i = 0; i < front->count; i++) {
        front->with[i] = ids.at[i];
        bool stays = !chat && ids.at[i] == framing->bos;
        front->without[i] = stays ? framing->bos
                            : framing->mask >= 0
                                ? framing->mask
                                : (int32_t)random_below(&random, (uint32_t)framing->vocabulary);
    }
    ids_free(&ids);
    return fine;
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
