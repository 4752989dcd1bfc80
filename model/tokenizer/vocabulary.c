#include "model/tokenizer/vocabulary.h"

#include "model/base/hash.h"
#include "model/base/memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static size_t slot_of(const struct vocabulary *vocabulary, const char *spelling, size_t size)
{
    size_t slot = hash_bytes(spelling, size) & (vocabulary->slot_count - 1);
    for (; vocabulary->slots[slot]; slot = (slot + 1) & (vocabulary->slot_count - 1)) {
        const struct spelling *found = &vocabulary->spellings[vocabulary->slots[slot] - 1];
        if (found->size == size && !memcmp(vocabulary->text.at + found->start, spelling, size))
            break;
    }
    return slot;
}

static void slots_grow(struct vocabulary *vocabulary, size_t used)
{
    uint32_t *old = vocabulary->slots;
    size_t count = vocabulary->slot_count;
    vocabulary->slot_count = count ? count : 64;
    while (used * 2 >= vocabulary->slot_count)
        vocabulary->slot_count *= 2;
    vocabulary->slots = memory_new(vocabulary->slot_count, sizeof *vocabulary->slots);
    for (size_t k = 0; k < count; k++) {
        if (!old[k])
            continue;
        const struct spelling *moved = &vocabulary->spellings[old[k] - 1];
        vocabulary->slots[slot_of(vocabulary, vocabulary->text.at + moved->start, moved->size)] = old[k];
    }
    free(old);
}

void vocabulary_expect(struct vocabulary *vocabulary, size_t count)
{
    size_t limit = (size_t)vocabulary->limit + count + count / 4 + 1024;
    vocabulary->limit = limit < INT32_MAX ? (int32_t)limit : INT32_MAX;
    slots_grow(vocabulary, vocabulary->used + count);
}

static void ids_extend(struct vocabulary *vocabulary, size_t size)
{
    if (size <= vocabulary->size)
        return;
    vocabulary->spellings =
        memory_grow(vocabulary->spellings, &vocabulary->room, size, sizeof *vocabulary->spellings);
    for (size_t k = vocabulary->size; k < size; k++)
        vocabulary->spellings[k] = (struct spelling){ .start = UINT32_MAX };
    vocabulary->size = size;
}

bool vocabulary_add(struct vocabulary *vocabulary, const char *spelling, size_t size, int64_t id,
                    struct lacuna_error *error)
{
    if (id < 0 || id >= vocabulary->limit)
        return fail(error, LACUNA_MODEL, "token \"%.60s\" has the id %" PRId64 ", which is out of range",
                    spelling, id);
    ids_extend(vocabulary, (size_t)id + 1);
    size_t old_size;
    const char *old = vocabulary_spelling(vocabulary, (int32_t)id, &old_size);
    if (old)
        return (old_size == size && !memcmp(old, spelling, size)) ||
               fail(error, LACUNA_MODEL, "id %" PRId64 " stands for \"%.60s\" and \"%.60s\"", id, old,
                    spelling);
    if (vocabulary->text.size + size + 1 >= UINT32_MAX)
        return fail(error, LACUNA_MODEL, "the vocabulary is larger than 4 GB");
    if (vocabulary->used * 2 >= vocabulary->slot_count)
        slots_grow(vocabulary, vocabulary->used + 1);
    vocabulary->spellings[id] =
        (struct spelling){ .start = (uint32_t)vocabulary->text.size, .size = (uint32_t)size };
    buffer_add(&vocabulary->text, spelling, size);
    buffer_add_byte(&vocabulary->text, 0);
    size_t slot = slot_of(vocabulary, spelling, size);
    if (!vocabulary->slots[slot]) {
        vocabulary->slots[slot] = (uint32_t)id + 1;
        vocabulary->used++;
    }
    return true;
}

int32_t vocabulary_find(const struct vocabulary *vocabulary, const char *spelling, size_t size)
{
    if (!vocabulary->slot_count)
        return -1;
    return (int32_t)vocabulary->slots[slot_of(vocabulary, spelling, size)] - 1;
}

const char *vocabulary_spelling(const struct vocabulary *vocabulary, int32_t id, size_t *size)
{
    if (id < 0 || (size_t)id >= vocabulary->size || vocabulary->spellings[id].start == UINT32_MAX)
        return NULL;
    *size = vocabulary->spellings[id].size;
    return vocabulary->text.at + vocabulary->spellings[id].start;
}

void vocabulary_free(struct vocabulary *vocabulary)
{
    buffer_free(&vocabulary->text);
    free(vocabulary->spellings);
    free(vocabulary->slots);
    *vocabulary = (struct vocabulary){ 0 };
}
