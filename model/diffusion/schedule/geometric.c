#include "model/diffusion/schedule.h"

#include <math.h>

/* sigma(t) = sigma_min^(1 - t) sigma_max^t (SEDD, Lou et al. 2024, section 5). */
static const double SIGMA_MIN = 1e-4, SIGMA_MAX = 20;

static double ratio(const struct noise_range *range)
{
    return range_or(range->sigma_max, SIGMA_MAX) / range_or(range->sigma_min, SIGMA_MIN);
}

static double sigma(const struct noise_range *range, double t)
{
    return range_or(range->sigma_min, SIGMA_MIN) * pow(ratio(range), t);
}

static double alpha_bar(const struct noise_range *range, double t)
{
    return exp(-sigma(range, t));
}

static double rate(const struct noise_range *range, double t)
{
    return sigma(range, t) * log(ratio(range));
}

const struct schedule schedule_geometric = {
    .name = "geometric", .help = "sigma grows by equal factors (SEDD)", .alpha_bar = alpha_bar, .rate = rate
};
