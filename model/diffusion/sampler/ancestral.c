#include "model/diffusion/rules.h"

/* The reverse process itself (Sahoo et al. 2024, eq. 7): each open place is revealed by a chance of its own.
 */
const struct sampler sampler_ancestral = {
    .name = "ancestral",
    .help = "each piece by a chance of its own, as the process runs backwards",
    .rank = rank_chance,
    .count = count_chances,
    .vectors = true,
    .blind = true
};
