#include "model/tensor/gemm.h"

#include "model/tensor/floats.h"

#include <stdlib.h>

/* The columns [column, column + columns) of op(b), as a panel. */
static void pack_b(const struct gemm *gemm, int column, int columns, float *panel)
{
    for (int p = 0; p < gemm->k; p++)
        for (int j = 0; j < columns; j++) {
            size_t row = (size_t)(gemm->transpose_b ? column + j : p),
                   at = (size_t)(gemm->transpose_b ? p : column + j);
            panel[(size_t)p * PANEL + (size_t)j] = gemm->alpha * gemm->b[row * (size_t)gemm->b_stride + at];
        }
}

void gemm_own(const struct kernels *kernels, const struct gemm *gemm)
{
    float *panel = floats_new((size_t)gemm->k * PANEL), *flipped = NULL;
    const float *a = gemm->a;
    size_t a_stride = (size_t)gemm->a_stride, c_stride = (size_t)gemm->c_stride;
    if (gemm->transpose_a) {
        flipped = floats_new((size_t)gemm->m * (size_t)gemm->k);
        for (int p = 0; p < gemm->k; p++)
            for (int i = 0; i < gemm->m; i++)
                flipped[(size_t)i * (size_t)gemm->k + (size_t)p] = a[(size_t)p * a_stride + (size_t)i];
        a = flipped;
        a_stride = (size_t)gemm->k;
    }
    for (int i = 0; i < gemm->m && gemm->beta != 0 && gemm->beta != 1; i++)
        for (int j = 0; j < gemm->n; j++)
            gemm->c[(size_t)i * c_stride + (size_t)j] *= gemm->beta;
    for (int column = 0; column < gemm->n; column += PANEL) {
        int columns = gemm->n - column < PANEL ? gemm->n - column : PANEL;
        pack_b(gemm, column, columns, panel);
        kernels->panel(a, a_stride, panel, PANEL, gemm->c + column, c_stride, gemm->m, gemm->k, columns,
                       gemm->beta != 0);
    }
    free(flipped);
    free(panel);
}
