/* gaussian.h - the arithmetic of Gaussian diffusion in discrete steps, on vectors of any length.
 *
 *     q(x_t | x_0)            = N(sqrt(alpha_bar_t) x_0, 1 - alpha_bar_t)
 *     q(x_{t-1} | x_t, x_0)   = N(mean_of_start_t x_0 + mean_of_noisy_t x_t, variance_t)
 *
 * Ho et al. 2020, eqs. 4 to 7; Song et al. 2021 (DDIM), eqs. 12 and 16; Nichol and Dhariwal 2021 for learned
 * variances and respaced steps. Tables are float64, t = 0 is the last step before the text. Nothing here
 * draws numbers. */
#ifndef MODEL_DIFFUSION_GAUSSIAN_H
#define MODEL_DIFFUSION_GAUSSIAN_H

#include "model/base/error.h"

#include <stddef.h>
#include <stdint.h>

struct gaussian {
    int count;                                   /* steps */
    int whole;                                   /* of the process that they were taken from */
    int *kept;                                   /* [count] their numbers in that process, ascending */
    double *beta, *alpha_bar, *alpha_bar_before; /* [count]; before: that of t - 1, 1 for t = 0 */
    double *mean_of_start, *mean_of_noisy, *variance;
};

/* Every step of betas [whole] that is in kept [count], ascending; alpha_bar is theirs in the whole process.
 * NULL: all. */
struct gaussian gaussian_new(const double *betas, int whole, const int *kept, int count);
void gaussian_free(struct gaussian *gaussian);

/* Which of `whole` steps to keep: "" all, "ddimN" every k-th so that N are left, "a,b,…" so many of equal
 * sections. Into kept [whole]; how many, or 0 with an error. */
int gaussian_respace(const char *spec, int whole, int *kept, struct lacuna_error *error);
/* Into kept [steps], ascending: the last one and the others spread evenly below it. 1 ≤ steps ≤ whole. */
void gaussian_spread(int whole, int steps, int *kept);

/* The time that the network is told at step t: of a thousand if `rescaled`. */
float gaussian_time(const struct gaussian *gaussian, int t, bool rescaled);

/* out = sqrt(alpha_bar) start + sqrt(1 - alpha_bar) noise */
void gaussian_noise(const struct gaussian *gaussian, int t, const float *start, const float *noise,
                    float *out, size_t count);
/* x_0 from noise that was predicted; start may be noise. */
void gaussian_start(const struct gaussian *gaussian, int t, const float *noisy, const float *noise,
                    float *start, size_t count);
/* The mean of q(x_{t-1} | x_t, x_0); out may be noisy. */
void gaussian_mean(const struct gaussian *gaussian, int t, const float *start, const float *noisy, float *out,
                   size_t count);

/* Of the reverse step: beta, or what it would be if x_0 were known. The logarithm is finite at t = 0 too. */
enum gaussian_variance { VARIANCE_LARGE, VARIANCE_SMALL };
double gaussian_variance(const struct gaussian *gaussian, int t, enum gaussian_variance kind);
double gaussian_log_variance(const struct gaussian *gaussian, int t, enum gaussian_variance kind);
/* Between the two, as a network says that learnt it: share in [-1, 1]. */
double gaussian_log_variance_learned(const struct gaussian *gaussian, int t, double share);

/* One step of DDIM to t - 1; eta 0: no noise is added (noise may then be NULL), 1: as much as DDPM. None is
 * added at t = 0. out may be noisy. */
void gaussian_ddim(const struct gaussian *gaussian, int t, double eta, const float *start, const float *noisy,
                   const float *noise, float *out, size_t count);

/* The x_0 from which one step of DDIM at t, without noise, leads from noisy to `next`: progressive
 * distillation's target (Salimans and Ho 2022, appendix G). start may be next. */
void gaussian_ddim_start(const struct gaussian *gaussian, int t, const float *noisy, const float *next,
                         float *start, size_t count);

#endif
