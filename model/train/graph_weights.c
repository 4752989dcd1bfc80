#include "model/train/graph_parts.h"

#include "model/tensor/engine.h"
#include "model/train/vector.h"

/* The gradient of `rows` rows of one weight matrix [.., cols]: d_out[:, rows]ᵀ · input. */
struct weight_tile {
    struct matrix d_out, input;
    float *gradient;
    int rows, cols;
};

enum { MATRICES = 4, TILES_OF_IDS = 16 };

struct weight_tiles {
    struct graph *graph;
    int per_layer;
};

static int tiles_of(int rows)
{
    return (rows + WEIGHT_TILE - 1) / WEIGHT_TILE;
}

/* The matrices of a layer: how many rows each has and what it multiplies. */
static struct weight_tile matrix_of(const struct graph *g, int layer, int which)
{
    const struct shape *s = &g->parameters->shape;
    const struct layer_offsets *at = &g->parameters->layers[layer];
    const struct layer_tape *tape = &g->layers[layer];
    float *d = g->pass->gradient;
    bool drops = g->pass->dropout > 0.0f;
    switch (which) {
    case 0:
        return (struct weight_tile){ { tape->qkv, 3 * s->width },
                                     { tape->attention_normed, s->width },
                                     d + at->qkv,
                                     3 * s->width,
                                     s->width };
    case 1:
        return (struct weight_tile){ { drops ? tape->d_attended : tape->d_middle, s->width },
                                     { tape->mixed, s->width },
                                     d + at->out,
                                     s->width,
                                     s->width };
    case 2:
        return (struct weight_tile){ { tape->both, 2 * s->inner },
                                     { tape->inner_normed, s->width },
                                     d + at->both,
                                     2 * s->inner,
                                     s->width };
    default:
        return (struct weight_tile){ { drops ? tape->d_fed : tape->d_out, s->width },
                                     { tape->hidden, s->inner },
                                     d + at->down,
                                     s->width,
                                     s->inner };
    }
}

static void run_tile(void *user, int tile)
{
    const struct weight_tiles *tiles = user;
    const struct graph *g = tiles->graph;
    int layer = tile / tiles->per_layer, left = tile % tiles->per_layer, which = 0;
    struct weight_tile w = matrix_of(g, layer, 0);
    while (left >= tiles_of(w.rows)) {
        left -= tiles_of(w.rows);
        w = matrix_of(g, layer, ++which);
    }
    int first = left * WEIGHT_TILE, rows = w.rows - first < WEIGHT_TILE ? w.rows - first : WEIGHT_TILE;
    product_tn(g->products, (struct matrix){ w.d_out.at + first, w.d_out.stride }, w.input,
               w.gradient + (size_t)first * (size_t)w.cols, w.cols, rows, w.cols, g->batch->count, 1.0f);
}

/* Each tile owns the pieces whose id leaves its remainder. */
static void embedding_tile(void *user, int tile)
{
    const struct graph *g = user;
    int width = g->parameters->shape.width;
    float *gradient = g->pass->gradient + g->parameters->embedding;
    const float *d = g->pass->dropout > 0.0f ? g->d_embedded : g->d_first;
    for (int i = 0; i < g->batch->count; i++)
        if (g->batch->ids[i] % TILES_OF_IDS == tile)
            vector_add(gradient + (size_t)g->batch->ids[i] * (size_t)width, d + (size_t)i * (size_t)width,
                       (size_t)width);
}

/* A level's gradient is that of every place of its rows. */
static void add_times(struct graph *g)
{
    size_t width = (size_t)g->parameters->shape.width;
    const float *d = g->pass->dropout > 0.0f ? g->d_embedded : g->d_first;
    for (int row = 0; row < g->batch->row_count; row++) {
        float *gradient = g->pass->gradient + g->parameters->times + (size_t)g->batch->level[row] * width;
        for (int place = g->batch->start[row]; place < g->batch->start[row + 1]; place++)
            vector_add(gradient, d + (size_t)place * width, width);
    }
}

static void add_gains(struct graph *g)
{
    const struct shape *s = &g->parameters->shape;
    size_t width = (size_t)s->width, norms = 2 * (size_t)s->layers + 1;
    for (size_t norm = 0; norm < norms; norm++) {
        const struct layer_offsets *at = &g->parameters->layers[norm / 2 < (size_t)s->layers ? norm / 2 : 0];
        size_t offset = norm + 1 == norms ? g->parameters->last_norm
                        : norm % 2        ? at->inner_norm
                                          : at->attention_norm;
        for (size_t tile = 0; tile < (size_t)g->tiles; tile++)
            vector_add(g->pass->gradient + offset, g->gain_parts + (tile * norms + norm) * width, width);
    }
}

void graph_weight_gradients(struct graph *g)
{
    struct weight_tiles tiles = { .graph = g };
    for (int which = 0; which < MATRICES; which++)
        tiles.per_layer += tiles_of(matrix_of(g, 0, which).rows);
    engine_parallel(g->engine, tiles.per_layer * g->parameters->shape.layers, run_tile, &tiles);
    if (g->pass->ends)
        g->pass->ends->back(g->pass->ends->user, g->pass->dropout > 0.0f ? g->d_embedded : g->d_first);
    else
        engine_parallel(g->engine, TILES_OF_IDS, embedding_tile, g);
    add_gains(g);
    if (g->parameters->shape.time_levels)
        add_times(g);
}
