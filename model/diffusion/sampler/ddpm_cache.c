#include "model/diffusion/process.h"

#include <math.h>

/* As ddpm, but with t itself as the chance of a mask, and without a new look at a canvas that did not change
 * (MDLM, Sahoo et al. 2024, section 4.2, as published). */
static void weigh(const struct reverse *reverse, int k, float *weights)
{
    for (int32_t v = 0; v < reverse->noise->vocabulary; v++)
        weights[v] = (float)(expf(reverse->rows[k][v]) * (reverse->t - reverse->s));
    weights[reverse->noise->mask] = (float)reverse->s;
}

const struct sampler sampler_ddpm_cache = { .name = "ddpm_cache",
                                            .help = "as ddpm, with fewer looks at the text (MDLM)",
                                            .weigh = weigh,
                                            .masked = true,
                                            .end = 1e-5,
                                            .reuses = true };
