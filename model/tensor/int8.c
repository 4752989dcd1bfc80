#include "model/tensor/int8.h"

#include "model/tensor/kernels.h"

#include <math.h>

void int8_panel_scalar(const struct int8_rows *rows, const struct int8_panel *panel, float *out)
{
    for (int i = 0; i < rows->m; i++) {
        size_t row = (size_t)(rows->first + i);
        for (int j = 0; j < PANEL; j++) {
            int32_t sum = 0;
            for (int p = 0; p < panel->steps; p++)
                for (int q = 0; q < INT8_STEP; q++)
                    sum += rows->x[((size_t)p * rows->stride + row) * INT8_STEP + (size_t)q] *
                           panel->weights[((size_t)p * PANEL + (size_t)j) * INT8_STEP + (size_t)q];
            out[i * PANEL + j] = (float)(sum - panel->sums[j]) * (rows->x_scales[row] * panel->scales[j]);
        }
    }
}

static float largest(const float *x, int n)
{
    float most = 0;
    for (int i = 0; i < n; i++)
        most = fabsf(x[i]) > most ? fabsf(x[i]) : most;
    return most;
}

/* Rounds |x| < 2^22 to the nearest whole number, ties to even: 1.5 · 2^23 leaves no bits for a fraction. */
static int32_t nearest(float x)
{
    return (int32_t)((x + 12582912.0f) - 12582912.0f);
}

/* 0, or not a number where an x is not or is infinite. */
static float trace_of_bad(const float *x, int n)
{
    float sum = 0;
    for (int i = 0; i < n; i++)
        sum += x[i] * 0;
    return sum;
}

float int8_activations(const float *x, int n, uint8_t *out, size_t stride)
{
    float bad = trace_of_bad(x, n), most = largest(x, n), back = most > 0 ? 127 / most : 0;
    for (int i = 0; i < n || i % INT8_STEP; i++)
        out[(size_t)(i / INT8_STEP) * stride * INT8_STEP + (size_t)(i % INT8_STEP)] =
            (uint8_t)((i < n && bad == 0 ? nearest(x[i] * back) : 0) + 128);
    return most / 127 + bad;
}

float int8_weights(const float *x, int n, int8_t *out)
{
    float most = largest(x, n), back = most > 0 ? 127 / most : 0;
    for (int i = 0; i < n; i++)
        out[i] = (int8_t)nearest(x[i] * back);
    return most / 127;
}
