#include "model/diffusion/rules.h"

/* Fast-dLLM's rule for Dream: of those that the schedule would reveal only the sure ones; the others wait. */
static int count(const struct sampler_step *step)
{
    return count_sure(step, step->scheduled);
}

const struct sampler sampler_confidence_threshold = {
    .name = "confidence_threshold",
    .help = "of the most probable pieces the sure ones, the others wait (Fast-dLLM for Dream)",
    .rank = rank_probability,
    .count = count,
    .judged = JUDGED_DRAWN,
    .picking = PICK_SUM,
    .exact = true,
    .patient = true,
    .settings = { .threshold = 0.9 }
};
