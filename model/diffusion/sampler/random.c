#include "model/diffusion/sampler.h"

static double rank(const struct guess *guess)
{
    return guess->uniform;
}

const struct sampler sampler_random = { .name = "random",
                                        .help = "reveal in random order, as many as the schedule says",
                                        .rank = rank };
