#include "model/train/graph_parts.h"

#include "model/diffusion/bound.h"
#include "model/tensor/engine.h"
#include "model/train/vector.h"

#include <string.h>

enum { VOCABULARY_TILE = 512 };

/* The chosen places [first, first + count) whose logits are held. */
struct head_block {
    struct graph *graph;
    int first, count;
};

static int likeliest(const float *z, int count)
{
    int best = 0;
    for (int i = 1; i < count; i++)
        best = z[i] > z[best] ? i : best;
    return best;
}

/* Score entropy of a place that holds `id`; z, the network's output, becomes its gradient. room: [3
 * vocabulary]. */
static double score_loss(const struct graph *g, int n, float *z, float *room)
{
    const struct scores *scores = g->pass->scores;
    const struct batch *batch = g->batch;
    int32_t id = batch->ids[batch->at[n]];
    size_t pieces = (size_t)g->parameters->shape.vocabulary;
    double sigma = (double)batch->sigma[n];
    float *clean = room + 2 * pieces;
    scores->prediction->read(&scores->noise, id, sigma, z);
    if (!scores->prediction->scores) {
        memcpy(clean, z, pieces * sizeof *z);
        scores->process->score(&scores->noise, id, sigma, z);
    }
    double loss = bound_score_gradient(scores->process, &scores->noise, z, id, batch->wanted[n], sigma,
                                       (double)batch->weight[n], room);
    if (!scores->prediction->scores)
        scores->process->score_back(&scores->noise, id, sigma, clean, z);
    return loss;
}

/* The loss of one chosen place; with a gradient, z becomes it. */
static float place_loss(const struct graph *g, int n, float *z, float *room)
{
    const struct batch *batch = g->batch;
    int pieces = g->parameters->shape.vocabulary;
    if (g->pass->scores)
        return (float)score_loss(g, n, z, room);
    if (g->pass->soft)
        return (g->pass->seeks ? vector_divergence_back : vector_divergence)(
            z, g->pass->soft + (size_t)n * (size_t)pieces, pieces, batch->weight[n]);
    return vector_cross_entropy(z, pieces, batch->wanted[n], batch->weight[n]);
}

/* Logits of some rows, their losses, and with a gradient d_logits in their place and d_rows = d_logits ·
 * embedding. */
static void logits_tile(void *user, int tile)
{
    const struct head_block *block = user;
    struct graph *g = block->graph;
    const struct batch *batch = g->batch;
    const struct pass *pass = g->pass;
    int width = g->parameters->shape.width, pieces = g->parameters->shape.vocabulary;
    int from = tile * HEAD_TILE, count = block->count - from < HEAD_TILE ? block->count - from : HEAD_TILE;
    float *rows = g->head_rows + (size_t)from * (size_t)width, *z = g->logits + (size_t)from * (size_t)pieces;
    struct matrix embedding = { pass->weights + g->parameters->embedding, width };
    for (int i = 0; i < count; i++)
        memcpy(rows + (size_t)i * (size_t)width,
               g->last_normed + (size_t)batch->at[block->first + from + i] * (size_t)width,
               sizeof *rows * (size_t)width);
    product_nt(g->products, (struct matrix){ rows, width }, embedding, z, pieces, count, pieces, width, 0.0f);
    for (int i = 0; i < count; i++) {
        int n = block->first + from + i;
        float *row = z + (size_t)i * (size_t)pieces;
        if (pass->logits)
            memcpy(pass->logits + (size_t)n * (size_t)pieces, row, (size_t)pieces * sizeof *row);
        if (pass->best)
            pass->best[n] = likeliest(row, pieces);
        float loss = place_loss(g, n, row, g->score_room + (size_t)tile * 3 * (size_t)pieces);
        if (pass->losses)
            pass->losses[n] = loss;
        g->head_losses[from + i] = (double)loss * (double)batch->weight[n];
    }
    if (pass->gradient)
        product_nn(g->products, (struct matrix){ z, pieces }, embedding,
                   g->d_head_rows + (size_t)from * (size_t)width, width, count, width, pieces, 0.0f);
}

/* The embedding's gradient as the output matrix, for some of its pieces. */
static void vocabulary_tile(void *user, int tile)
{
    const struct head_block *block = user;
    struct graph *g = block->graph;
    int width = g->parameters->shape.width, pieces = g->parameters->shape.vocabulary,
        from = tile * VOCABULARY_TILE;
    int count = pieces - from < VOCABULARY_TILE ? pieces - from : VOCABULARY_TILE;
    product_tn(g->products, (struct matrix){ g->logits + from, pieces },
               (struct matrix){ g->head_rows, width },
               g->pass->gradient + g->parameters->embedding + (size_t)from * (size_t)width, width, count,
               width, block->count, 1.0f);
}

static void scatter(const struct head_block *block)
{
    struct graph *g = block->graph;
    size_t width = (size_t)g->parameters->shape.width;
    for (int i = 0; i < block->count; i++)
        memcpy(g->d_normed + (size_t)g->batch->at[block->first + i] * width,
               g->d_head_rows + (size_t)i * width, sizeof(float) * width);
}

double graph_head(struct graph *g)
{
    const struct shape *s = &g->parameters->shape;
    double loss = 0.0;
    if (g->pass->gradient)
        memset(g->d_normed, 0, sizeof(float) * (size_t)g->batch->count * (size_t)s->width);
    for (int first = 0; first < g->batch->chosen; first += HEAD_ROWS) {
        int left = g->batch->chosen - first;
        struct head_block block = { .graph = g,
                                    .first = first,
                                    .count = left < HEAD_ROWS ? left : HEAD_ROWS };
        engine_parallel(g->engine, (block.count + HEAD_TILE - 1) / HEAD_TILE, logits_tile, &block);
        for (int i = 0; i < block.count; i++)
            loss += g->head_losses[i];
        if (g->pass->gradient) {
            engine_parallel(g->engine, (s->vocabulary + VOCABULARY_TILE - 1) / VOCABULARY_TILE,
                            vocabulary_tile, &block);
            scatter(&block);
        }
    }
    return loss;
}
