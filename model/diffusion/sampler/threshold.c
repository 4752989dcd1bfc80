#include "model/diffusion/rules.h"

/* As many at once as are sure (Fast-dLLM, Wu et al. 2025), block after block; without a threshold in even
 * steps. */
const struct sampler sampler_threshold = { .name = "threshold",
                                           .help = "block after block, all sure pieces at once (Fast-dLLM)",
                                           .rank = rank_probability,
                                           .count = count_sure_or_even,
                                           .judged = JUDGED_GUIDED,
                                           .exact = true,
                                           .patient = true,
                                           .settings = { .threshold = 0.9, .block_length = 32 } };
