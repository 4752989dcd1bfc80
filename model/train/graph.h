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

#include "model/diffusion/prediction.h"
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

/* What stands around the layers where rows are vectors; [places, width] rows of the pass. */
struct ends {
    void *user;
    /* x [count, width] of the places [first, first + count): on several threads, each its own places. */
    void (*enter)(void *user, int first, int count, float *x);
    /* The loss of all rows behind the last norm; their gradient into d_normed unless that is NULL. */
    double (*leave)(void *user, const float *normed, float *d_normed);
    /* The gradient of what enter gave. */
    void (*back)(void *user, const float *d_x);
};

/* What is learnt instead of pieces: log scores of noised text by their score entropy (diffusion/bound.h). */
struct scores {
    const struct process *process;
    const struct prediction *prediction;
    struct process_noise noise;
};

struct pass {
    const float *weights;
    const struct scores *scores; /* NULL: cross-entropy of the wanted pieces */
    float *gradient;             /* added to; NULL: forward alone */
    float dropout;               /* of the embedding and of what a block adds, 0 … 0.5 */
    uint64_t seed;               /* of dropout */
    float *losses;               /* [chosen] unweighted, in nats, or NULL */
    int32_t *best;               /* [chosen] the likeliest piece, or NULL */
    float *logits;               /* [chosen, vocabulary] what the network says, or NULL */
    const float *soft; /* [chosen, vocabulary] probabilities that are learnt in place of the wanted pieces, by
                        * the divergence of softmax(logits) from them; NULL: none */
    bool seeks;        /* the divergence of them from softmax(logits), which seeks what all agree on */
    const struct ends *ends; /* NULL: rows are tokens */
};
/* Σ weight · cross-entropy, or score entropy, over the chosen places, or the ends' loss. The batch must keep
 * within the limits.
 */
double graph_run(struct graph *graph, const struct batch *batch, const struct pass *pass);

#endif
