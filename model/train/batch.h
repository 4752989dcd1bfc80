/* batch.h - some rows packed one after another for one pass of the network.
 *
 *     row:  attribute slots | text of one document with holes
 *     kind: ATTRIBUTE …       CONTEXT … HOLE … CONTEXT          (or CAUSAL at every position)
 *
 * Context sees context alone; holes and attributes see the whole row; a causal row sees what came before. */
#ifndef MODEL_TRAIN_BATCH_H
#define MODEL_TRAIN_BATCH_H

#include <stdbool.h>
#include <stdint.h>

enum kind { KIND_CONTEXT = 1, KIND_HOLE, KIND_ATTRIBUTE, KIND_CAUSAL };

struct batch {
    int row_count, row_room;
    int *start; /* [row_count + 1], places of a row: start[r] … start[r + 1) */
    int count, room;
    int32_t *ids, *positions; /* [count] */
    uint8_t *kinds;
    int chosen, chosen_room; /* places with a loss */
    int32_t *at, *wanted;    /* [chosen], ascending places; the piece that belongs there */
    float *weight;           /* [chosen] */
};

/* false: out of memory, the batch is as before. */
bool batch_add_row(struct batch *batch, const int32_t *ids, const int32_t *positions, const uint8_t *kinds, int count,
                   const int32_t *wanted, const float *weight);
void batch_clear(struct batch *batch);
/* Empties it and gives its memory back. */
void batch_free(struct batch *batch);

#endif
