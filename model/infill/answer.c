#include "model/infill/answer.h"

#include "model/base/buffer.h"
#include "model/base/memory.h"
#include "model/infill/infill.h"

#include <stdlib.h>
#include <string.h>

struct answer {
    struct lacuna_answer shown; /* first: infill_answer_free gets this address */
    void **owned;
    size_t owned_count, owned_room, alternative_room;
    struct lacuna_alternative *alternatives;
};

struct answer *answer_new(size_t span_count)
{
    struct answer *answer = memory_new(1, sizeof *answer);
    answer->shown.span_count = span_count;
    return answer;
}

static void own(struct answer *answer, void *memory)
{
    answer->owned =
        memory_grow(answer->owned, &answer->owned_room, answer->owned_count + 1, sizeof *answer->owned);
    answer->owned[answer->owned_count++] = memory;
}

void *answer_room(struct answer *answer, size_t count, size_t size)
{
    void *memory = memory_new(count, size);
    own(answer, memory);
    return memory;
}

char *answer_text(struct answer *answer, const char *text, size_t size)
{
    char *copy = memory_text(text, size);
    own(answer, copy);
    return copy;
}

struct lacuna_alternative *answer_add(struct answer *answer)
{
    struct lacuna_answer *shown = &answer->shown;
    answer->alternatives = memory_grow(answer->alternatives, &answer->alternative_room,
                                       shown->alternative_count + 1, sizeof *answer->alternatives);
    shown->alternatives = answer->alternatives;
    struct lacuna_alternative *alternative = &answer->alternatives[shown->alternative_count++];
    *alternative = (struct lacuna_alternative){ .fills = answer_room(answer, shown->span_count,
                                                                     sizeof(struct lacuna_fill)) };
    return alternative;
}

struct lacuna_answer *answer_public(struct answer *answer)
{
    return &answer->shown;
}

void infill_answer_free(struct lacuna_answer *shown)
{
    if (!shown)
        return;
    struct answer *answer = (struct answer *)shown;
    for (size_t i = 0; i < answer->owned_count; i++)
        free(answer->owned[i]);
    free(answer->owned);
    free(answer->alternatives);
    free(answer);
}

struct assembly {
    struct buffer text;
    struct lacuna_confidence *ranges;
    size_t count, room;
};

struct assembly *assembly_new(void)
{
    return memory_new(1, sizeof(struct assembly));
}

void assembly_text(struct assembly *assembly, const char *text, size_t size)
{
    buffer_add(&assembly->text, text, size);
}

void assembly_piece(struct assembly *assembly, const char *text, size_t size, double probability)
{
    if (!size)
        return;
    assembly->ranges =
        memory_grow(assembly->ranges, &assembly->room, assembly->count + 1, sizeof *assembly->ranges);
    size_t start = assembly->text.size;
    buffer_add(&assembly->text, text, size);
    assembly->ranges[assembly->count++] = (struct lacuna_confidence){ .start = start,
                                                                      .end = assembly->text.size,
                                                                      .probability = (float)probability };
}

size_t assembly_size(const struct assembly *assembly)
{
    return assembly->text.size;
}

void assembly_end(struct assembly *assembly, struct answer *answer, struct lacuna_alternative *alternative)
{
    alternative->size = assembly->text.size;
    alternative->text = buffer_take(&assembly->text);
    own(answer, (void *)alternative->text);
    if (assembly->ranges)
        own(answer, assembly->ranges);
    alternative->confidence = assembly->ranges;
    alternative->confidence_count = assembly->count;
    free(assembly);
}
