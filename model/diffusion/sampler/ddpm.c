#include "model/diffusion/process.h"

#include <math.h>

/* q(x_s | x_t, x0) with the predicted x0 (MDLM, Sahoo et al. 2024, equation 7). */
static void weigh(const struct reverse *reverse, int k, float *weights)
{
    double move = 1 - schedule_alpha_bar(reverse->schedule, reverse->t),
           stay = 1 - schedule_alpha_bar(reverse->schedule, reverse->s);
    for (int32_t v = 0; v < reverse->noise->vocabulary; v++)
        weights[v] = (float)(expf(reverse->rows[k][v]) * (move - stay));
    weights[reverse->noise->mask] = (float)stay;
}

const struct sampler sampler_ddpm = { .name = "ddpm",
                                      .help = "the process backwards by the predicted text (MDLM)",
                                      .weigh = weigh,
                                      .masked = true,
                                      .end = 1e-5 };
