#include "model/train/graph_parts.h"

#include "model/train/vector.h"

#include <string.h>

static float *gain_part(const struct graph *g, int tile, int norm)
{
    const struct shape *s = &g->parameters->shape;
    return g->gain_parts + ((size_t)tile * (size_t)(2 * s->layers + 1) + (size_t)norm) * (size_t)s->width;
}

/* The gradient behind dropout, where the products of the way back begin. */
static const float *behind_drop(struct graph *g, const float *d, float *dropped, int site,
                                const struct tile *t)
{
    if (g->pass->dropout <= 0.0f)
        return d;
    size_t wide = (size_t)t->first * (size_t)g->parameters->shape.width;
    graph_drop(g, d + wide, dropped + wide, site, t->first, t->count);
    return dropped;
}

/* From d_out to d_middle. */
static void back_through_inner(struct graph *g, int n, const struct tile *t, int tile)
{
    const struct shape *s = &g->parameters->shape;
    const struct layer_offsets *at = &g->parameters->layers[n];
    const float *w = g->pass->weights;
    struct layer_tape *tape = &g->layers[n];
    size_t first = (size_t)t->first, wide = first * (size_t)s->width, inner = first * (size_t)s->inner;
    const float *fed = behind_drop(g, tape->d_out, tape->d_fed, 2 * n + 2, t);
    product_nn(g->products, (struct matrix){ fed + wide, s->width },
               (struct matrix){ w + at->down, s->inner }, g->d_hidden + inner, s->inner, t->count, s->inner,
               s->width, 0.0f);
    vector_swiglu_back(tape->both + 2 * inner, g->d_hidden + inner, t->count, s->inner);
    product_nn(g->products, (struct matrix){ tape->both + 2 * inner, 2 * s->inner },
               (struct matrix){ w + at->both, s->width }, g->d_normed + wide, s->width, t->count, s->width,
               2 * s->inner, 0.0f);
    memcpy(tape->d_middle + wide, tape->d_out + wide, sizeof(float) * (size_t)t->count * (size_t)s->width);
    vector_norm_back(tape->middle + wide, w + at->inner_norm, tape->inner_inverse + first, g->d_normed + wide,
                     tape->d_middle + wide, gain_part(g, tile, 2 * n + 1), t->count, s->width);
}

/* From d_middle to d_x. */
static void back_through_attention(struct graph *g, int n, const struct tile *t, int tile, float *d_x)
{
    const struct shape *s = &g->parameters->shape;
    const struct layer_offsets *at = &g->parameters->layers[n];
    const float *w = g->pass->weights;
    struct layer_tape *tape = &g->layers[n];
    size_t first = (size_t)t->first, wide = first * (size_t)s->width;
    const float *attended = behind_drop(g, tape->d_middle, tape->d_attended, 2 * n + 1, t);
    product_nn(g->products, (struct matrix){ attended + wide, s->width },
               (struct matrix){ w + at->out, s->width }, g->d_mixed + wide, s->width, t->count, s->width,
               s->width, 0.0f);
    graph_attend_back(g, n, t);
    product_nn(g->products, (struct matrix){ tape->qkv + 3 * wide, 3 * s->width },
               (struct matrix){ w + at->qkv, s->width }, g->d_normed + wide, s->width, t->count, s->width,
               3 * s->width, 0.0f);
    memcpy(d_x + wide, tape->d_middle + wide, sizeof(float) * (size_t)t->count * (size_t)s->width);
    vector_norm_back(tape->x + wide, w + at->attention_norm, tape->attention_inverse + first,
                     g->d_normed + wide, d_x + wide, gain_part(g, tile, 2 * n), t->count, s->width);
}

void graph_backward_tile(struct graph *g, int tile)
{
    const struct shape *s = &g->parameters->shape;
    struct tile t = graph_tile(g, tile);
    size_t wide = (size_t)t.first * (size_t)s->width, size = (size_t)t.count * (size_t)s->width;
    memset(gain_part(g, tile, 0), 0, sizeof(float) * (size_t)(2 * s->layers + 1) * (size_t)s->width);
    float *d_last = g->layers[s->layers - 1].d_out;
    memset(d_last + wide, 0, sizeof(float) * size);
    vector_norm_back(g->last + wide, g->pass->weights + g->parameters->last_norm, g->last_inverse + t.first,
                     g->d_normed + wide, d_last + wide, gain_part(g, tile, 2 * s->layers), t.count, s->width);
    for (int n = s->layers - 1; n >= 0; n--) {
        back_through_inner(g, n, &t, tile);
        back_through_attention(g, n, &t, tile, n ? g->layers[n - 1].d_out : g->d_first);
    }
    behind_drop(g, g->d_first, g->d_embedded, 0, &t);
}
