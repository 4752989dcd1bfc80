#include "model/diffusion/sampler.h"

static double rank(const struct guess *guess)
{
    return -guess->entropy;
}

const struct sampler sampler_entropy = { .name = "entropy",
                                         .help = "reveal first where the network is least in doubt",
                                         .rank = rank };
