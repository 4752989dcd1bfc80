#include "model/diffusion/rules.h"

/* tiny-diffusion's rule: the k surest places of every step. */
static int count(const struct sampler_step *step)
{
    return step->settings->reveals;
}

const struct sampler sampler_sample_topk = {
    .name = "sample_topk",
    .help = "the same number of surest pieces in every step (tiny-diffusion)",
    .rank = rank_probability,
    .count = count,
    .judged = JUDGED_DRAWN,
    .picking = PICK_BEST,
    .exact = true,
    .patient = true,
    .settings = { .reveals = 2 }
};
