#include "model/diffusion/schedule.h"

/* sigma(t) = -log(1 - (1 - eps) t), eps = 1e-3 (SEDD, Lou et al. 2024; MDLM, Sahoo et al. 2024). */
static const double LEAST = 1e-3;

static double alpha_bar(const struct noise_range *range, double t)
{
    return 1 - (1 - range_or(range->least, LEAST)) * t;
}

static double rate(const struct noise_range *range, double t)
{
    return (1 - range_or(range->least, LEAST)) / alpha_bar(range, t);
}

const struct schedule schedule_log_linear = {
    .name = "log_linear",
    .help = "the schedule of SEDD and MDLM: linear, but never all noise",
    .alpha_bar = alpha_bar,
    .rate = rate
};
