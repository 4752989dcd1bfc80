#include "model/network/rounding.h"

#include "model/base/memory.h"

#include <math.h>
#include <stdlib.h>

static float product(const float *a, const float *b, int width)
{
    float sum = 0;
    for (int i = 0; i < width; i++)
        sum += a[i] * b[i];
    return sum;
}

struct rounding rounding_new(const float *rows, const float *bias, int32_t vocabulary, int width,
                             bool by_distance)
{
    struct rounding rounding = { .rows = rows,
                                 .norms = memory_new((size_t)vocabulary, sizeof *rounding.norms),
                                 .bias = bias,
                                 .vocabulary = vocabulary,
                                 .width = width,
                                 .by_distance = by_distance };
    for (int32_t v = 0; v < vocabulary; v++)
        rounding.norms[v] =
            product(rows + (size_t)v * (size_t)width, rows + (size_t)v * (size_t)width, width);
    return rounding;
}

void rounding_free(struct rounding *rounding)
{
    free(rounding->norms);
    *rounding = (struct rounding){ 0 };
}

const float *rounding_row(const struct rounding *rounding, int32_t id)
{
    return rounding->rows + (size_t)id * (size_t)rounding->width;
}

/* Squared distance of x from row v, less the squared length of x. */
static float nearness(const struct rounding *rounding, int32_t v, const float *x)
{
    return rounding->norms[v] - 2 * product(rounding_row(rounding, v), x, rounding->width);
}

int32_t rounding_nearest(const struct rounding *rounding, const float *x)
{
    int32_t best = 0;
    float least = INFINITY;
    for (int32_t v = 0; v < rounding->vocabulary; v++) {
        float distance = nearness(rounding, v, x);
        if (distance < least) {
            least = distance;
            best = v;
        }
    }
    return best;
}

/* log p(v) where bit b is set by chance (1 + x_b / scale) / 2, each for itself. */
static float code_logit(const struct rounding *rounding, const float *row, const float *x)
{
    static const float least = 1e-4f;
    float sum = 0, square = rounding->code_scale * rounding->code_scale;
    for (int b = 0; b < rounding->width; b++)
        sum += logf(fminf(fmaxf(0.5f + 0.5f * row[b] * x[b] / square, least), 1 - least));
    return sum;
}

void rounding_logits(const struct rounding *rounding, const float *x, float *logits)
{
    float length = product(x, x, rounding->width);
    for (int32_t v = 0; v < rounding->vocabulary; v++) {
        const float *row = rounding_row(rounding, v);
        if (rounding->code_scale > 0)
            logits[v] = code_logit(rounding, row, x);
        else if (rounding->by_distance)
            logits[v] = -sqrtf(fmaxf(nearness(rounding, v, x) + length, 0));
        else
            logits[v] = product(row, x, rounding->width) + (rounding->bias ? rounding->bias[v] : 0);
    }
}
