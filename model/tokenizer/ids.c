#include "model/base/memory.h"
#include "model/tokenizer/tokenizer.h"

#include <stdlib.h>
#include <string.h>

void ids_push(struct ids *ids, int32_t id)
{
    ids->at = memory_grow(ids->at, &ids->room, ids->count + 1, sizeof *ids->at);
    ids->at[ids->count++] = id;
}

void ids_append(struct ids *ids, const int32_t *more, size_t count)
{
    ids->at = memory_grow(ids->at, &ids->room, ids->count + count, sizeof *ids->at);
    if (count)
        memcpy(ids->at + ids->count, more, count * sizeof *more);
    ids->count += count;
}

void ids_free(struct ids *ids)
{
    free(ids->at);
    *ids = (struct ids){ 0 };
}
