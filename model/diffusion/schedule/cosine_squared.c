#include "model/diffusion/schedule.h"

#include <math.h>

/* alpha_bar(t) = eps + (1 - eps) cos²(t pi / 2) (MDLM's "cosinesqr", Sahoo et al. 2024). */
static const double LEAST = 1e-3, QUARTER = 1.57079632679489661923;

static double alpha_bar(const struct noise_range *range, double t)
{
    double least = range_or(range->least, LEAST), cosine = cos(t * QUARTER);
    return least + (1 - least) * cosine * cosine;
}

static double rate(const struct noise_range *range, double t)
{
    return QUARTER * (1 - range_or(range->least, LEAST)) * sin(2 * t * QUARTER) / alpha_bar(range, t);
}

const struct schedule schedule_cosine_squared = { .name = "cosine_squared",
                                                  .help = "what is clean falls as a squared cosine",
                                                  .alpha_bar = alpha_bar,
                                                  .rate = rate };
