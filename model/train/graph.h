/* graph.h - the network forward and backward on one batch (float32; sums of losses in double).
 *
 *     x = embed(ids);  per layer:  x += o · attention(q, k, v of norm(x));  x += down · (silu(gate) · up of
 * norm(x)) logits = norm(x) · embedᵀ, at the chosen places alone
 *
 * Rows do not see each other, so groups of rows run forward and back as tiles; the weights' gradients are
 * then summed over all places, tile by tile of the weights. Every sum has one order that depends on the batch
 * alone: the same numbers come out whatever the number of threads. */
#ifndef MODEL_TRAIN_GRAPH_H
#define MODEL_TRAIN_GRAPH_H

#include "model/train/batch.h"
#include "model/train/parameters.h"
#include "model/train/product.h"

struct graph;
struct engine;

/* `places`: the most positions of a batch; `row_places`: of one row; `positions`: one more than the largest
 * explicit position. All memory is taken here; a pass allocates nothing. `dropout` decides whether its
 * buffers are needed. */
struct graph_limits {
    int places, row_places, positions;
    bool dropout;
};
struct graph *graph_new(const struct parameters *parameters, struct engine *engine,
                        const struct products *products, struct graph_limits limits,
                        struct lacuna_error *error);
void graph_free(struct graph *graph);

struct pass {
    const float *weights;
    float *gradient; /* added to; NULL: forward alone */
    float dropout;   /* of the embedding and of what a block adds, 0 … 0.5 */
    uint64_t seed;   /* of dropout */
    float *losses;   /* [chosen] cross-entropies in nats, or NULL */
    int32_t *best;   /* [chosen] the likeliest piece, or NULL */
};
/* Σ weight · cross-entropy over the chosen places. The batch must keep within the limits. */
double graph_run(struct graph *graph, const struct batch *batch, const struct pass *pass);

#endif
