/* int8.h - rows of int8: one scale a row, value = scale * int8, and the panel product for each instruction
 * set.
 *
 * Weights are int8 in panels [k / 4][PANEL][4]; activations are quantised row by row to q + 128 in uint8, as
 * the processors' dot products want one factor unsigned. With sums[j] = 128 * (sum over k of w[j]): out[i][j]
 * = (sum over k of x[i][k] * w[j][k] - sums[j]) * (x_scales[i] * scales[j]) The sums are exact whole numbers,
 * so every instruction set gives the same bits. */
#ifndef MODEL_TENSOR_INT8_H
#define MODEL_TENSOR_INT8_H

#include <stddef.h>
#include <stdint.h>

enum { INT8_STEP = 4 }; /* k is padded with zero weights to a multiple of it */

/* Rows [first, first + m) of activations that lie four by four for each row: [steps][stride][INT8_STEP], so
 * that what one step needs is together. */
struct int8_rows {
    const uint8_t *x;
    size_t stride;         /* rows in all */
    const float *x_scales; /* [stride] */
    int first, m;
};

struct int8_panel {
    const int8_t *weights; /* [steps][PANEL][INT8_STEP] */
    const int32_t *sums;   /* [PANEL] */
    const float *scales;   /* [PANEL] */
    int steps;             /* k / INT8_STEP */
};

/* out [m][PANEL] */
void int8_panel_scalar(const struct int8_rows *rows, const struct int8_panel *panel, float *out);
void int8_panel_avx2(const struct int8_rows *rows, const struct int8_panel *panel, float *out);
void int8_panel_vnni(const struct int8_rows *rows, const struct int8_panel *panel, float *out);
void int8_panel_avx512(const struct int8_rows *rows, const struct int8_panel *panel, float *out);

/* A row of activations as q + 128, q = round(x / scale), scale = max |x| / 127; returns the scale. Four by
 * four into out, `stride` rows apart; past n it is 128. */
float int8_activations(const float *x, int n, uint8_t *out, size_t stride);
/* A row of weights: q = round(x / scale); returns the scale, 0 for a row of zeros. */
float int8_weights(const float *x, int n, int8_t *out);

#endif
