#include "model/tensor/arena.h"

#include "model/tensor/floats.h"

#include <stdlib.h>

enum { LINE = 64, CHUNK = 16 << 20 };

struct arena_chunk {
    struct arena_chunk *next;
    size_t used, size;
    char *memory;
};

void *arena_take(struct arena *arena, size_t size)
{
    struct arena_chunk *chunk = arena->chunks;
    size = (size + LINE - 1) / LINE * LINE;
    if (!chunk || chunk->size - chunk->used < size) {
        chunk = aligned_new(sizeof *chunk);
        chunk->next = arena->chunks;
        chunk->size = size > CHUNK ? size : CHUNK;
        chunk->memory = aligned_room(chunk->size);
        arena->chunks = chunk;
    }
    chunk->used += size;
    return chunk->memory + chunk->used - size;
}

void arena_free(struct arena *arena)
{
    for (struct arena_chunk *chunk = arena->chunks, *next; chunk; chunk = next) {
        next = chunk->next;
        free(chunk->memory);
        free(chunk);
    }
    arena->chunks = NULL;
}
