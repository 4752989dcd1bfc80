#include "model/diffusion/rounding.h"

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

/* Squared distance of x from row v, less the squared length of x. */
static float nearness(const struct rounding *rounding, int32_t v, const float *x)
{
    return rounding->norms[v] -
           2 * product(rounding->rows + (size_t)v * (size_t)rounding->width, x, rounding->width);
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

void rounding_logits(const struct rounding *rounding, const float *x, float *logits)
{
    float length = product(x, x, rounding->width);
    for (int32_t v = 0; v < rounding->vocabulary; v++) {
        if (rounding->by_distance)
            logits[v] = -sqrtf(fmaxf(nearness(rounding, v, x) + length, 0));
        else
            logits[v] = product(rounding->rows + (size_t)v * (size_t)rounding->width, x, rounding->width) +
                        (rounding->bias ? rounding->bias[v] : 0);
    }
}
