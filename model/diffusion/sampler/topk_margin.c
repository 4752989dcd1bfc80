#include "model/diffusion/rules.h"

/* Where the best piece leads its rival most, with Dream's counts and times (Ye et al. 2025). */
static double rank(const struct guess *guess)
{
    return guess->margin;
}

const struct sampler sampler_topk_margin = { .name = "topk_margin",
                                             .help = "the clearest leads first, as Dream counts",
                                             .rank = rank,
                                             .count = count_expected,
                                             .judged = JUDGED_DRAWN,
                                             .picking = PICK_SUM,
                                             .end = 1e-3 };
