/* bits.h - a step of Gaussian diffusion between two points of continuous time, on analog bits (Chen et al.
 * 2022; codes: network/codes.h) or any other vectors. */
#ifndef MODEL_DIFFUSION_BITS_H
#define MODEL_DIFFUSION_BITS_H

#include "model/diffusion/log_snr.h"

#include <stddef.h>

/* x = alpha (scale x) + sigma noise, for bits of ±1. */
void bits_noise(float log_snr, float scale, float *x, const float *noise, size_t count);
/* x_0 kept within ±scale. */
void bits_clip(float *start, size_t count, float scale);
/* The step from log_snr `now` to `next`. DDIM (Song et al. 2021), and DDPM with `noise` added (NULL: none, as
 * at the end). out may be noisy. */
void bits_ddim(float now, float next, const float *start, const float *noisy, float *out, size_t count);
void bits_ddpm(float now, float next, const float *start, const float *noisy, const float *noise, float *out,
               size_t count);

#endif
