#include "model/diffusion/schedule.h"

#include <math.h>

/* alpha_bar(t) = eps + (1 - eps) cos(t pi / 2) (MDLM's "cosine", Sahoo et al. 2024). */
static const double LEAST = 1e-3, QUARTER = 1.57079632679489661923;

static double alpha_bar(const struct noise_range *range, double t)
{
    double least = range_or(range->least, LEAST);
    return least + (1 - least) * cos(t * QUARTER);
}

static double rate(const struct noise_range *range, double t)
{
    return QUARTER * (1 - range_or(range->least, LEAST)) * sin(t * QUARTER) / alpha_bar(range, t);
}

const struct schedule schedule_cosine_alpha = { .name = "cosine_alpha",
                                                .help = "what is clean falls as a cosine (MDLM's cosine)",
                                                .alpha_bar = alpha_bar,
                                                .rate = rate };
