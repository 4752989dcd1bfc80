#include "model/diffusion/rules.h"

/* tiny-diffusion's rule: all sure places at once, at least the surest; the temperature changes how sure. */
static int count(const struct sampler_step *step)
{
    return count_sure(step, step->count);
}

const struct sampler sampler_sample_confidence = { .name = "sample_confidence",
                                                   .help = "all sure pieces at once (tiny-diffusion)",
                                                   .rank = rank_probability,
                                                   .count = count,
                                                   .judged = JUDGED_DRAWN,
                                                   .picking = PICK_BEST,
                                                   .exact = true,
                                                   .patient = true,
                                                   .settings = { .threshold = 0.9 } };
