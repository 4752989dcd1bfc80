/* vector.h - the row-wise kernels of training, float32. Written once on vectors of 16 floats; the compiler
 * makes a version for AVX-512, one for AVX2 and one for any machine, and the loader chooses. Sums run in 16
 * lanes in a fixed order. No kernel allocates or keeps anything; in-place use is said where it is allowed. */
#ifndef MODEL_TRAIN_VECTOR_H
#define MODEL_TRAIN_VECTOR_H

#include <stddef.h>
#include <stdint.h>

/* y[r] = x[r] / sqrt(mean(x[r]²) + 1e-5) · gain; x, y: [rows, width]; inverse: [rows], kept for the gradient.
 * RMSNorm, Zhang and Sennrich 2019. */
void vector_norm(const float *x, const float *gain, float *y, float *inverse, int rows, int width);
/* dx += gradient of vector_norm, dgain += its gradient over these rows. */
void vector_norm_back(const float *x, const float *gain, const float *inverse, const float *dy, float *dx,
                      float *dgain, int rows, int width);

/* Rotates the pairs (i, i + half) of one head of width 2·half by the angles in cosine and sine [half]; sign
 * -1 turns back. */
void vector_turn(float *head, const float *cosine, const float *sine, int half, float sign);

/* s[0…count) becomes softmax(scale · s + mask); mask [count] holds 0 or -inf, NULL: none. */
void vector_softmax(float *s, const float *mask, int count, float scale);
/* ds := scale · p · (ds - Σ ds·p), the gradient of vector_softmax. */
void vector_softmax_back(const float *p, float *ds, int count, float scale);

/* h = silu(gate) · up for [rows] of a matrix [rows, 2·inner] that holds gate and up side by side. */
void vector_swiglu(const float *both, float *h, int rows, int inner);
/* `both` becomes its own gradient, given dh. */
void vector_swiglu_back(float *both, const float *dh, int rows, int inner);

/* The cross-entropy -log softmax(z)[target] of one row, in nats; z becomes weight · (softmax(z) -
 * onehot(target)). */
float vector_cross_entropy(float *z, int count, int target, float weight);

/* The divergence Σ p (log p - log softmax(z)) of one row from probabilities p, in nats; z becomes weight ·
 * (softmax(z) - p). */
float vector_divergence(float *z, const float *p, int count, float weight);
/* The other way round, Σ s (log s - log p) with s = softmax(z), and its gradient times weight; a p is taken
 * for 1e-8 at least. */
float vector_divergence_back(float *z, const float *p, int count, float weight);

void vector_add(float *out, const float *x, size_t count);
void vector_scale(float *out, float factor, size_t count);
/* out += factor · (x - out) */
void vector_lerp(float *out, const float *x, float factor, size_t count);
double vector_square_sum(const float *x, size_t count);

struct adam_step {
    float rate, beta1, beta2, correction1, correction2, decay; /* correction: 1 / (1 - beta^step) */
};
/* One step of AdamW (Loshchilov and Hutter 2019) with eps 1e-8 on a run of weights. */
void vector_adam(float *weights, const float *gradient, float *first, float *second, size_t count,
                 const struct adam_step *step);

#endif
