#include "model/diffusion/schedule.h"

#include <math.h>

/* sigma(t) = sigma_min + t (sigma_max - sigma_min) (MDLM's "linear", Sahoo et al. 2024). */
static const double SIGMA_MIN = 1e-4, SIGMA_MAX = 20;

static double rate(const struct noise_range *range, double t)
{
    (void)t;
    return range_or(range->sigma_max, SIGMA_MAX) - range_or(range->sigma_min, SIGMA_MIN);
}

static double alpha_bar(const struct noise_range *range, double t)
{
    return exp(-range_or(range->sigma_min, SIGMA_MIN) - t * rate(range, t));
}

const struct schedule schedule_linear_sigma = { .name = "linear_sigma",
                                                .help = "sigma grows by equal amounts (MDLM's linear)",
                                                .alpha_bar = alpha_bar,
                                                .rate = rate };
