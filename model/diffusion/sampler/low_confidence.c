#include "model/diffusion/rules.h"

/* LLaDA's rule (Nie et al. 2025, algorithm 5): of each block, in even steps, the surest places; the others
 * are masked again. */
const struct sampler sampler_low_confidence = { .name = "low_confidence",
                                                .help = "block after block, the surest pieces first (LLaDA)",
                                                .rank = rank_probability,
                                                .count = count_even,
                                                .judged = JUDGED_GUIDED,
                                                .exact = true,
                                                .settings = { .block_length = 32 } };
