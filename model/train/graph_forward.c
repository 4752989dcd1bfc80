#include "model/train/graph_parts.h"

#include "model/train/vector.h"

#include <string.h>

static void embed(struct graph *g, const struct tile *t)
{
    int width = g->parameters->shape.width;
    const float *table = g->pass->weights + g->parameters->embedding;
    float *x = g->layers[0].x + (size_t)t->first * (size_t)width;
    if (g->pass->ends)
        g->pass->ends->enter(g->pass->ends->user, t->first, t->count, x);
    for (int i = 0; i < t->count && !g->pass->ends; i++)
        memcpy(x + (size_t)i * (size_t)width, table + (size_t)g->batch->ids[t->first + i] * (size_t)width,
               sizeof *x * (size_t)width);
    for (int row = t->row; row < t->row_end && g->parameters->shape.time_levels; row++) {
        const float *time =
            g->pass->weights + g->parameters->times + (size_t)g->batch->level[row] * (size_t)width;
        for (int place = g->batch->start[row]; place < g->batch->start[row + 1]; place++)
            vector_add(x + (size_t)(place - t->first) * (size_t)width, time, (size_t)width);
    }
    if (g->pass->dropout > 0.0f)
        graph_drop(g, x, x, 0, t->first, t->count);
}

/* out = x + drop(a · wᵀ), where a is [count, k] */
static void add_product(struct graph *g, const struct tile *t, struct matrix a, const float *w,
                        const float *x, float *out, int k, int site)
{
    int width = g->parameters->shape.width;
    size_t size = (size_t)t->count * (size_t)width;
    bool drops = g->pass->dropout > 0.0f;
    if (!drops)
        memcpy(out, x, size * sizeof *out);
    product_nt(g->products, a, (struct matrix){ w, k }, out, width, t->count, width, k, drops ? 0.0f : 1.0f);
    if (drops) {
        graph_drop(g, out, out, site, t->first, t->count);
        vector_add(out, x, size);
    }
}

static void forward_layer(struct graph *g, int n, const struct tile *t, float *out)
{
    const struct shape *s = &g->parameters->shape;
    const struct layer_offsets *at = &g->parameters->layers[n];
    const float *w = g->pass->weights;
    struct layer_tape *tape = &g->layers[n];
    size_t first = (size_t)t->first, wide = first * (size_t)s->width, inner = first * (size_t)s->inner;
    vector_norm(tape->x + wide, w + at->attention_norm, tape->attention_normed + wide,
                tape->attention_inverse + first, t->count, s->width);
    product_nt(g->products, (struct matrix){ tape->attention_normed + wide, s->width },
               (struct matrix){ w + at->qkv, s->width }, tape->qkv + 3 * wide, 3 * s->width, t->count,
               3 * s->width, s->width, 0.0f);
    graph_attend(g, n, t);
    add_product(g, t, (struct matrix){ tape->mixed + wide, s->width }, w + at->out, tape->x + wide,
                tape->middle + wide, s->width, 2 * n + 1);
    vector_norm(tape->middle + wide, w + at->inner_norm, tape->inner_normed + wide,
                tape->inner_inverse + first, t->count, s->width);
    product_nt(g->products, (struct matrix){ tape->inner_normed + wide, s->width },
               (struct matrix){ w + at->both, s->width }, tape->both + 2 * inner, 2 * s->inner, t->count,
               2 * s->inner, s->width, 0.0f);
    vector_swiglu(tape->both + 2 * inner, tape->hidden + inner, t->count, s->inner);
    add_product(g, t, (struct matrix){ tape->hidden + inner, s->inner }, w + at->down, tape->middle + wide,
                out + wide, s->inner, 2 * n + 2);
}

void graph_forward_tile(struct graph *g, int tile)
{
    const struct shape *s = &g->parameters->shape;
    struct tile t = graph_tile(g, tile);
    size_t wide = (size_t)t.first * (size_t)s->width;
    embed(g, &t);
    for (int n = 0; n < s->layers; n++)
        forward_layer(g, n, &t, n + 1 < s->layers ? g->layers[n + 1].x : g->last);
    vector_norm(g->last + wide, g->pass->weights + g->parameters->last_norm, g->last_normed + wide,
                g->last_inverse + t.first, t.count, s->width);
}
