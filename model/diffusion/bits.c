#include "model/diffusion/bits.h"

#include <math.h>

void bits_noise(float log_snr, float scale, float *x, const float *noise, size_t count)
{
    float alpha = log_snr_alpha(log_snr), sigma = log_snr_sigma(log_snr);
    for (size_t i = 0; i < count; i++)
        x[i] = alpha * (scale * x[i]) + sigma * noise[i];
}

void bits_clip(float *start, size_t count, float scale)
{
    for (size_t i = 0; i < count; i++)
        start[i] = fminf(fmaxf(start[i], -scale), scale);
}

void bits_ddim(float now, float next, const float *start, const float *noisy, float *out, size_t count)
{
    float alpha = log_snr_alpha(now), sigma = fmaxf(log_snr_sigma(now), 1e-8f);
    float alpha_next = log_snr_alpha(next), sigma_next = log_snr_sigma(next);
    for (size_t i = 0; i < count; i++) {
        float noise = (noisy[i] - alpha * start[i]) / sigma;
        out[i] = alpha_next * start[i] + sigma_next * noise;
    }
}

void bits_ddpm(float now, float next, const float *start, const float *noisy, const float *noise, float *out,
               size_t count)
{
    float alpha = log_snr_alpha(now), alpha_next = log_snr_alpha(next), sigma_next = log_snr_sigma(next);
    float c = -expm1f(now - next);
    float deviation = sqrtf(fmaxf(sigma_next * sigma_next * c, 1e-20f));
    for (size_t i = 0; i < count; i++) {
        float mean = alpha_next * (noisy[i] * (1 - c) / alpha + c * start[i]);
        out[i] = mean + (noise ? deviation * noise[i] : 0);
    }
}
