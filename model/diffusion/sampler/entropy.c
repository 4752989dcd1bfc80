#include "model/diffusion/rules.h"

/* Dream's rule, with its counts and times (Ye et al. 2025). */
static double rank(const struct guess *guess)
{
    return -guess->entropy;
}

const struct sampler sampler_entropy = { .name = "entropy",
                                         .help = "first where the network is least in doubt, as Dream counts",
                                         .rank = rank,
                                         .count = count_expected,
                                         .judged = JUDGED_DRAWN,
                                         .picking = PICK_SUM,
                                         .end = 1e-3 };
