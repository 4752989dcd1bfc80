#include "model/diffusion/rules.h"

/* Dream's first rule: each open place is revealed by a chance of its own (Ye et al. 2025). */
const struct sampler sampler_origin = { .name = "origin",
                                        .help = "each piece by a chance of its own (Dream)",
                                        .rank = rank_chance,
                                        .count = count_chances,
                                        .judged = JUDGED_DRAWN,
                                        .picking = PICK_SUM,
                                        .blind = true,
                                        .end = 1e-3 };
