#include "model/diffusion/rules.h"

/* LLaDA's random remasking. */
static double rank(const struct guess *guess)
{
    return guess->uniform;
}

const struct sampler sampler_random = { .name = "random",
                                        .help = "in random order, as many in every step",
                                        .rank = rank,
                                        .count = count_even,
                                        .judged = JUDGED_GUIDED,
                                        .exact = true,
                                        .blind = true };
