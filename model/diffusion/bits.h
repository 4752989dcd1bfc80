/* bits.h - tokens as vectors of bits (Analog Bits, Chen et al. 2022): the number's binary digits, most
 * significant first, as -scale and +scale; and a step of Gaussian diffusion between two points of continuous
 * time. */
#ifndef MODEL_DIFFUSION_BITS_H
#define MODEL_DIFFUSION_BITS_H

#include "model/diffusion/log_snr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many bits the ids below `vocabulary` need. */
int bits_needed(int32_t vocabulary);
void bits_write(int32_t id, int bits, float scale, float *out);
/* What the signs say; it may be any number of so many bits. */
int32_t bits_read(const float *x, int bits);

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
