#include "model/diffusion/process.h"

#include <math.h>

/* One Euler step of the reverse rates (SEDD, Lou et al. 2024, equation 18): what flows in from y is rate ×
 * score. */
static void weigh(const struct reverse *reverse, int k, float *weights)
{
    int32_t id = reverse->canvas->ids[reverse->places[k]], vocabulary = reverse->noise->vocabulary;
    double step = (reverse->t - reverse->s) * schedule_noise_rate(reverse->schedule, reverse->t), leave = 0;
    reverse->process->rate_into(reverse->noise, id, weights);
    for (int32_t v = 0; v < vocabulary; v++) {
        weights[v] *= v == id ? 0 : (float)(step * expf(reverse->scores[k][v]));
        leave += weights[v];
    }
    weights[id] = (float)(1 - leave);
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
