#include "model/diffusion/rules.h"

/* Dream's name for MaskGIT's rule (Chang et al. 2022), with Dream's counts and times. */
const struct sampler sampler_maskgit_plus = { .name = "maskgit_plus",
                                              .help = "the most probable pieces first, as Dream counts",
                                              .rank = rank_probability,
                                              .count = count_expected,
                                              .judged = JUDGED_DRAWN,
                                              .picking = PICK_SUM,
                                              .end = 1e-3 };
