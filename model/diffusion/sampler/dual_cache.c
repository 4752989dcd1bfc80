#include "model/diffusion/rules.h"

/* As threshold, but all outside a block is computed at the block's first step alone (Fast-dLLM). */
const struct sampler sampler_dual_cache = {
    .name = "dual_cache",
    .help = "as threshold, approximate: all outside a block is computed once a block (Fast-dLLM)",
    .rank = rank_probability,
    .count = count_sure_or_even,
    .judged = JUDGED_GUIDED,
    .caching = CACHE_BOTH_SIDES,
    .exact = true,
    .patient = true,
    .settings = { .threshold = 0.9, .block_length = 32 }
};
