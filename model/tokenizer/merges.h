/* merges.h - which pair of ids becomes which id, and how early: the table of byte-pair encoding (Sennrich et
 * al. 2016). */
#ifndef MODEL_TOKENIZER_MERGES_H
#define MODEL_TOKENIZER_MERGES_H

#include "model/tokenizer/tokenizer.h"

#include <stddef.h>
#include <stdint.h>

struct merge {
    int32_t left, right, into;
};

/* Zero is an empty one. A merge's place in `at` is its rank: the lower goes first. */
struct merges {
    struct merge *at;
    size_t count, room;
    uint32_t *slots; /* open addressing: place + 1, 0 is free */
    size_t slot_count;
};

/* Makes room for so many more at once. */
void merges_expect(struct merges *merges, size_t count);
/* A pair that comes again keeps its last rank. */
void merges_add(struct merges *merges, struct merge merge);
/* NULL where the pair does not merge. */
const struct merge *merges_find(const struct merges *merges, int32_t left, int32_t right);
/* Merges [count] ids in place until no pair of them does, the lowest rank first and from the left; returns
 * how many are left. O(n log n). */
size_t merges_apply(const struct merges *merges, int32_t *ids, size_t count);
void merges_free(struct merges *merges);

#endif
