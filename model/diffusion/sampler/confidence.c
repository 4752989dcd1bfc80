#include "model/diffusion/sampler.h"

static double rank(const struct guess *guess)
{
    return guess->probability;
}

const struct sampler sampler_confidence = { .name = "confidence",
                                            .help = "reveal the most probable pieces first",
                                            .rank = rank };
