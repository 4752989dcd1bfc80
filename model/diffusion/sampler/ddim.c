#include "model/diffusion/sampler.h"

/* Straight from noise to text, with little or no new noise on the way (Song et al. 2021): for processes of
 * vectors, which take a few such steps where they need many random ones. */
static double rank(const struct guess *guess)
{
    return guess->probability;
}

const struct sampler sampler_ddim = { .name = "ddim",
                                      .help = "vectors straight to the text, in few steps (DDIM)",
                                      .rank = rank,
                                      .vectors = true,
                                      .straight = true };
