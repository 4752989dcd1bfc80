/* batch.h - some rows packed one after another for one pass of the network.
 *
 *     row:  attribute slots | text of one document with holes
 *     kind: ATTRIBUTE …       CONTEXT … HOLE … CONTEXT          (or CAUSAL at every position)
 *
 * Context sees context alone; holes and attributes see the whole row; a causal row sees what came before. A
 * row can hold its holes twice, masked differently: what is BESIDE, holes and attributes, sees the context
 * and itself, and is seen by nobody else. */
#ifndef MODEL_TRAIN_BATCH_H
#define MODEL_TRAIN_BATCH_H

#include <stddef.h>
#include <stdint.h>

enum kind { KIND_CONTEXT = 1, KIND_HOLE, KIND_ATTRIBUTE, KIND_CAUSAL, KIND_BESIDE };

/* One row: [count] of each. A weight other than 0 marks a place with a loss. */
struct row {
    int count;
    int32_t *ids, *wanted, *positions;
    uint8_t *kinds;
    float *weight;
    int level;    /* of time, where the network has levels */
    double sigma; /* noise of a row whose scores are learnt */
};

struct batch {
    int row_count, count, chosen;
    int *start;               /* [row_count + 1], places of row r: start[r] … start[r + 1) */
    int32_t *ids, *positions; /* [count] */
    uint8_t *kinds;
    int32_t *at, *wanted; /* [chosen] places with a loss, ascending; the piece that belongs there */
    float *weight;        /* [chosen] */
    float *sigma;         /* [chosen] */
    int *level;           /* [row_count] */
    size_t row_room, level_room, room;
};

/* Copies the row behind the others. */
void batch_add_row(struct batch *batch, const struct row *row);
/* So many rows of nothing, each of which sees itself alone and wholly: for rows of vectors. */
void batch_lay(struct batch *batch, int rows, int length);
/* `out` becomes a copy of rows [first, first + rows) of `batch`. */
void batch_copy(struct batch *out, const struct batch *batch, int first, int rows);
void batch_clear(struct batch *batch);
/* Empties it and gives its memory back. */
void batch_free(struct batch *batch);

#endif
