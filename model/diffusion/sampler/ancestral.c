#include "model/diffusion/sampler.h"

/* The reverse process itself (Sahoo et al. 2024, eq. 7): each open place is revealed by a chance of its own.
 */
static double rank(const struct guess *guess)
{
    return -guess->uniform;
}

static int count(const struct sampler_step *step)
{
    int revealed = 0;
    for (int i = 0; i < step->count; i++)
        revealed += step->guesses[i].uniform < step->reveal;
    return revealed;
}

const struct sampler sampler_ancestral = {
    .name = "ancestral",
    .help = "each piece by a chance of its own, as the process runs backwards",
    .rank = rank,
    .count = count
};
