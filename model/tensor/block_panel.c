#include "model/tensor/block_panel.h"

#include "model/tensor/kernels.h"

#include <math.h>

static int32_t dot_of_group(const struct block_rows *rows, size_t row, const struct block_panel *panel,
                            int column, int first, int32_t *sum)
{
    const int8_t *x = rows->levels + (row - row % ROW_GROUP) * (size_t)rows->cols + row % ROW_GROUP * QUAD;
    int32_t dot = 0;
    *sum = 0;
    for (int p = first; p < first + panel->group; p++) {
        int8_t q = x[p / QUAD * ROW_GROUP * QUAD + p % QUAD];
        dot += q * panel->levels[(p / QUAD * PANEL + column) * QUAD + p % QUAD];
        *sum += q;
    }
    return dot;
}

void block_panel_scalar(const struct block_rows *rows, int first, int m, const struct block_panel *panel,
                        float *out)
{
    int blocks = rows->cols / BLOCK;
    for (int i = 0; i < m; i++) {
        size_t row = (size_t)(first + i);
        const float *scales = rows->scales + (row - row % ROW_GROUP) * (size_t)blocks + row % ROW_GROUP;
        for (int j = 0; j < PANEL; j++) {
            float whole = 0;
            for (int p = 0; p < panel->cols; p += panel->group) {
                int32_t sum, dot = dot_of_group(rows, row, panel, j, p, &sum);
                whole += (float)(dot - panel->offset * sum) * panel->scales[p / panel->group * PANEL + j] *
                         scales[p / BLOCK * ROW_GROUP];
            }
            out[i * PANEL + j] = whole;
        }
    }
}

/* One block; returns its scale. */
static float quantise(const float *x, int8_t q[BLOCK])
{
    float most = 0, bad = 0;
    for (int i = 0; i < BLOCK; i++) {
        most = fabsf(x[i]) > most ? fabsf(x[i]) : most;
        bad += x[i] * 0;
    }
    float back = most > 0 ? 127 / most : 0;
    for (int i = 0; i < BLOCK; i++)
        q[i] = bad == 0 ? (int8_t)((x[i] * back + 12582912.0f) - 12582912.0f) : 0;
    return most / 127 + bad;
}

void block_activations(const float *x, const struct block_rows *rows, int row)
{
    size_t cols = (size_t)rows->cols, group = (size_t)(row - row % ROW_GROUP), at = (size_t)(row % ROW_GROUP);
    int8_t *levels = rows->levels + group * cols + at * QUAD;
    float *scales = rows->scales + group * (cols / BLOCK) + at;
    int32_t *sums = rows->sums + group * (cols / HALF_BLOCK) + at;
    float *weights = rows->weights + (size_t)row * (cols / BLOCK);
    for (size_t b = 0; b < cols / BLOCK; b++) {
        int8_t q[BLOCK];
        int32_t left = 0, right = 0;
        float scale = quantise(x + b * BLOCK, q);
        for (int i = 0; i < HALF_BLOCK; i++) {
            left += q[i];
            right += q[i + HALF_BLOCK];
        }
        for (size_t i = 0; i < BLOCK; i += QUAD)
            for (size_t j = 0; j < QUAD; j++)
                levels[(b * BLOCK + i) * ROW_GROUP + j] = q[i + j];
        scales[b * ROW_GROUP] = scale;
        sums[2 * b * ROW_GROUP] = left;
        sums[(2 * b + 1) * ROW_GROUP] = right;
        weights[b] = scale * (float)(left + right);
    }
}
