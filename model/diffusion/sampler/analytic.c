#include "model/diffusion/process.h"

/* Tweedie τ-leaping (SEDD, Lou et al. 2024, theorem 4.2): every place by itself, exactly. */
static void weigh(const struct reverse *reverse, int k, float *weights)
{
    double dsigma =
        schedule_sigma(reverse->schedule, reverse->t) - schedule_sigma(reverse->schedule, reverse->s);
    reverse_posterior(reverse, k, dsigma, weights);
}

static void clean(const struct reverse *reverse, int k, float *weights)
{
    reverse_posterior(reverse, k, schedule_sigma(reverse->schedule, reverse->t), weights);
}

const struct sampler sampler_analytic = { .name = "analytic",
                                          .help = "the process backwards, each place exactly (SEDD)",
                                          .weigh = weigh,
                                          .clean = clean,
                                          .scores = true,
                                          .end = 1e-5 };
