#include "model/train/graph_parts.h"

#include "model/train/vector.h"

#include <math.h>
#include <string.h>

/* One head of one row: its slices of the tape, `length` places. Squares are [length, length]. */
struct head {
    float *q, *k, *v;
    float *squares;
    int stride, length, width;
};

static struct head head_of(const struct graph *g, int layer, int row, int head)
{
    const struct shape *s = &g->parameters->shape;
    const struct layer_tape *tape = &g->layers[layer];
    int first = g->batch->start[row], length = g->batch->start[row + 1] - first, width = s->width / s->heads;
    float *q = tape->qkv + (size_t)first * 3 * (size_t)s->width + (size_t)head * (size_t)width;
    size_t square = (size_t)length * (size_t)length;
    return (struct head){ .q = q,
                          .k = q + s->width,
                          .v = q + 2 * s->width,
                          .stride = 3 * s->width,
                          .length = length,
                          .width = width,
                          .squares = tape->squares + g->square_start[row] * (size_t)s->heads +
                                     (size_t)head * square };
}

static void turn(const struct graph *g, const struct tile *t, float *qkv, float sign)
{
    const struct shape *s = &g->parameters->shape;
    int width = s->width / s->heads, half = width / 2;
    for (int i = 0; i < t->count; i++) {
        size_t angle = (size_t)g->batch->positions[t->first + i] * (size_t)half;
        float *row = qkv + (size_t)(t->first + i) * 3 * (size_t)s->width;
        for (int head = 0; head < 2 * s->heads; head++) /* those of q, then those of k */
            vector_turn(row + (size_t)head * (size_t)width, g->cosine + angle, g->sine + angle, half, sign);
    }
}

/* What a row of that kind does not see is -inf; NULL: it sees everything. */
static const float *mask_of(const struct graph *g, enum kind kind)
{
    switch (kind) {
    case KIND_CONTEXT:
        return g->masks;
    case KIND_HOLE:
    case KIND_ATTRIBUTE:
        return g->masks + g->limits.places;
    case KIND_BESIDE:
        return g->masks + 2 * g->limits.places;
    case KIND_CAUSAL:
        break;
    }
    return NULL;
}

static void soften(const struct graph *g, const struct head *h, int first)
{
    float scale = 1.0f / sqrtf((float)h->width);
    for (int i = 0; i < h->length; i++) {
        float *s = h->squares + (size_t)i * (size_t)h->length;
        enum kind kind = g->batch->kinds[first + i];
        int seen = kind == KIND_CAUSAL ? i + 1 : h->length;
        const float *mask = mask_of(g, kind);
        vector_softmax(s, mask ? mask + first : NULL, seen, scale);
        memset(s + seen, 0, sizeof *s * (size_t)(h->length - seen));
    }
}

/* mixed = softmax(q · kᵀ / sqrt(width)) · v, Vaswani et al. 2017, with q and k turned by their positions */
void graph_attend(struct graph *g, int layer, const struct tile *t)
{
    const struct shape *s = &g->parameters->shape;
    struct layer_tape *tape = &g->layers[layer];
    turn(g, t, tape->qkv, 1.0f);
    for (int row = t->row; row < t->row_end; row++)
        for (int n = 0; n < s->heads; n++) {
            struct head h = head_of(g, layer, row, n);
            int first = g->batch->start[row];
            float *mixed = tape->mixed + (size_t)first * (size_t)s->width + (size_t)n * (size_t)h.width;
            product_nt(g->products, (struct matrix){ h.q, h.stride }, (struct matrix){ h.k, h.stride },
                       h.squares, h.length, h.length, h.length, h.width, 0.0f);
            soften(g, &h, first);
            product_nn(g->products, (struct matrix){ h.squares, h.length }, (struct matrix){ h.v, h.stride },
                       mixed, s->width, h.length, h.width, h.length, 0.0f);
        }
}

static void copy_rows(float *to, int to_stride, const float *from, int from_stride, int rows, int width)
{
    for (int i = 0; i < rows; i++)
        memcpy(to + (size_t)i * (size_t)to_stride, from + (size_t)i * (size_t)from_stride,
               sizeof *to * (size_t)width);
}

/* From d_mixed to the gradients of q, k and v, which take their places in the tape. With p the softened
 * squares: dv = pᵀ·dm, dp = dm·vᵀ, ds = scale·p·(dp - Σ dp·p), dq = ds·k, dk = dsᵀ·q. */
static void attend_back(struct graph *g, const struct head *h, const float *d_mixed, int stride, float *ds,
                        float *scratch)
{
    int length = h->length, width = h->width;
    float *dq = scratch, *dk = dq + (size_t)length * (size_t)width, *dv = dk + (size_t)length * (size_t)width;
    struct matrix dm = { d_mixed, stride }, p = { h->squares, length }, d = { ds, length };
    product_nt(g->products, dm, (struct matrix){ h->v, h->stride }, ds, length, length, length, width, 0.0f);
    product_tn(g->products, p, dm, dv, width, length, width, length, 0.0f);
    float scale = 1.0f / sqrtf((float)width);
    for (int i = 0; i < length; i++)
        vector_softmax_back(h->squares + (size_t)i * (size_t)length, ds + (size_t)i * (size_t)length, length,
                            scale);
    product_nn(g->products, d, (struct matrix){ h->k, h->stride }, dq, width, length, width, length, 0.0f);
    product_tn(g->products, d, (struct matrix){ h->q, h->stride }, dk, width, length, width, length, 0.0f);
    copy_rows(h->q, h->stride, dq, width, length, width);
    copy_rows(h->k, h->stride, dk, width, length, width);
    copy_rows(h->v, h->stride, dv, width, length, width);
}

void graph_attend_back(struct graph *g, int layer, const struct tile *t)
{
    const struct shape *s = &g->parameters->shape;
    int width = s->width / s->heads;
    for (int row = t->row; row < t->row_end; row++)
        for (int n = 0; n < s->heads; n++) {
            struct head h = head_of(g, layer, row, n);
            size_t first = (size_t)g->batch->start[row];
            attend_back(g, &h, g->d_mixed + first * (size_t)s->width + (size_t)n * (size_t)width, s->width,
                        g->d_squares + g->square_start[row], g->d_head + first * 3 * (size_t)width);
        }
    turn(g, t, g->layers[layer].qkv, -1.0f);
}
