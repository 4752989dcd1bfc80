#include "model/diffusion/rules.h"

/* As threshold, but what stands in front of a block is computed at the block's first step alone (Fast-dLLM).
 */
const struct sampler sampler_prefix_cache = {
    .name = "prefix_cache",
    .help = "as threshold, approximate: what stands before a block is computed once a block (Fast-dLLM)",
    .rank = rank_probability,
    .count = count_sure_or_even,
    .judged = JUDGED_GUIDED,
    .caching = CACHE_PREFIX,
    .exact = true,
    .patient = true,
    .settings = { .threshold = 0.9, .block_length = 32 }
};
