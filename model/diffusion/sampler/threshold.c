#include "model/diffusion/sampler.h"

/* As many at once as are sure (Wu et al. 2025, Fast-dLLM), never fewer than the schedule asks. */
static double rank(const struct guess *guess)
{
    return guess->probability;
}

static int count(const struct sampler_step *step)
{
    int sure = 0;
    for (int i = 0; i < step->count; i++)
        sure += step->guesses[i].probability >= 0.9;
    return sure > step->scheduled ? sure : step->scheduled;
}

const struct sampler sampler_threshold = { .name = "threshold",
                                           .help = "reveal at once all pieces of which the network is sure",
                                           .rank = rank,
                                           .count = count };
