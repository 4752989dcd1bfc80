/* arena.h - memory for the life of a model: taken bit by bit, given back at once.
 *
 * Chunks begin on a huge page, so that filling them costs few page faults. */
#ifndef MODEL_TENSOR_ARENA_H
#define MODEL_TENSOR_ARENA_H

#include <stddef.h>

struct arena_chunk;

/* Zero is an empty arena. */
struct arena {
    struct arena_chunk *chunks; /* the latest first */
};

/* `size` bytes on a cache line's boundary; not zeroed. Never NULL. */
void *arena_take(struct arena *arena, size_t size) __attribute__((returns_nonnull));
void arena_free(struct arena *arena);

#endif
