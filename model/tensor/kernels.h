/* kernels.h - the inner loops, one table of them for each instruction set; chosen once when the engine
 * starts.
 *
 * kernels_scalar.c is the readable reference; every other table is tested against it. A kernel works on one
 * thread and each of its outputs is one chain of operations whose order depends on the shape alone, so how
 * rows are grouped changes nothing.
 *
 * A panel holds PANEL columns of a matrix for the multiplication: [k][PANEL] float32, one k after another. */
#ifndef MODEL_TENSOR_KERNELS_H
#define MODEL_TENSOR_KERNELS_H

#include "model/tensor/block_panel.h"
#include "model/tensor/decode.h"
#include "model/tensor/int8.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PANEL = 32 };

struct kernels {
    const char *name;

    /* out[i][j] (+)= sum over p < k of x[i][p] * panel[p][j], for i < m, j < columns (1…PANEL). Strides in
     * floats; all of the panel's PANEL columns are read, `columns` of out are written. accumulate: added to
     * what is in out. */
    void (*panel)(const float *x, size_t x_stride, const float *panel, size_t panel_stride, float *out,
                  size_t out_stride, int m, int k, int columns, bool accumulate);

    /* Weights of any type as float32: `count` values, whole blocks. */
    void (*decode)(enum dtype type, const void *data, int64_t count, float *out);
    /* out[p][j] = rows[j][p] for j < PANEL, p < n: rows, `stride` floats apart, become (a piece of) a panel.
     */
    void (*transpose)(const float *rows, size_t stride, float *out, int n);

    /* The product of an int8 panel: out [m][PANEL]. */
    void (*panel_int8)(const struct int8_rows *rows, const struct int8_panel *panel, float *out);
    /* int8_activations, faster. Its scales, and those of activations_blocks, are not numbers where an x is
     * not or is infinite, so that no rounding hides it. */
    float (*activations_int8)(const float *x, int n, uint8_t *out, size_t stride);

    /* A type that has a block_form as levels, scales and leasts: decode.h. */
    void (*levels)(enum dtype type, const void *data, int count, uint8_t *levels, float *scales,
                   float *leasts);
    /* The product of a panel of blocks: out [m][PANEL]. NULL: products of floats are faster. */
    void (*panel_blocks)(const struct block_rows *rows, int first, int m, const struct block_panel *panel,
                         float *out);
    /* block_activations, faster. */
    void (*activations_blocks)(const float *x, const struct block_rows *rows, int row);

    /* out = x / sqrt(mean(x²) + epsilon) * weight (NULL: 1); RMSNorm, Zhang and Sennrich 2019. */
    void (*rms_norm)(const float *x, const float *weight, float *out, int n, float epsilon);
    /* out = (x - mean) / sqrt(variance + epsilon) * weight + bias (either may be NULL); Ba et al. 2016. */
    void (*layer_norm)(const float *x, const float *weight, const float *bias, float *out, int n,
                       float epsilon);
    /* In place: exp(x - max) / sum. At least one x must be finite; -INFINITY gives 0. */
    void (*softmax)(float *x, int n);
    /* log of the sum of exp(x); -INFINITY where all are. */
    float (*log_sum_exp)(const float *x, int n);
    /* Of log-probabilities: -sum of exp(x) x, in nats; -INFINITY counts nothing. */
    float (*entropy)(const float *x, int n);
    float (*largest)(const float *x, int n);
    /* No x is infinite or not a number. */
    bool (*finite)(const float *x, int n);
    /* x[i] += y[i] */
    void (*add)(float *x, const float *y, int n);
    /* gate[i] = silu(gate[i]) * up[i]; SwiGLU, Shazeer 2020. */
    void (*silu_multiply)(float *gate, const float *up, int n);
    /* In place. */
    void (*silu)(float *x, int n);
    void (*gelu_tanh)(float *x, int n);
    /* Pairs (x[i], x[i + half]) turned by an angle: a cos - b sin, b cos + a sin; rotate-half RoPE, Su et al.
     * 2021. */
    void (*rotate)(float *x, const float *cosines, const float *sines, int half);
};

enum { KERNELS_ROOM = 6 };
extern const struct kernels kernels_scalar, kernels_base, kernels_avx2, kernels_avx2_vnni, kernels_avx512;

/* The best table for this CPU. */
const struct kernels *kernels_choose(void);
/* Every table that this CPU can run, NULL after the last; kernels_scalar is the first. */
const struct kernels *const *kernels_usable(const struct kernels *room[KERNELS_ROOM]);

#endif
