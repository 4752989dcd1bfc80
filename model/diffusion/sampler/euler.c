#include "model/diffusion/process.h"

/* One Euler step of the reverse rates (SEDD, Lou et al. 2024, equation 18): what flows in from y is rate ×
 * score. */
static void weigh(const struct reverse *reverse, int k, float *weights)
{
    int32_t id = reverse->canvas->ids[reverse->places[k]];
    float step = (float)((reverse->t - reverse->s) * schedule_noise_rate(reverse->schedule, reverse->t));
    process_reverse_rate(reverse->process, reverse->noise, reverse->scores[k], id, weights);
    for (int32_t v = 0; v < reverse->noise->vocabulary; v++)
        weights[v] *= step;
    weights[id] += 1;
}

static void clean(const struct reverse *reverse, int k, float *weights)
{
    reverse_posterior(reverse, k, schedule_sigma(reverse->schedule, reverse->t), weights);
}

const struct sampler sampler_euler = { .name = "euler",
                                       .help = "the process backwards in straight steps (SEDD)",
                                       .weigh = weigh,
                                       .clean = clean,
                                       .scores = true,
                                       .end = 1e-5 };
