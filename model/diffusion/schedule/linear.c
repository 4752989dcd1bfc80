#include "model/diffusion/schedule.h"

static double alpha_bar(const struct noise_range *range, double t)
{
    (void)range;
    return 1 - t;
}

static double rate(const struct noise_range *range, double t)
{
    (void)range;
    return 1 / (1 - t);
}

const struct schedule schedule_linear = {
    .name = "linear", .help = "as many pieces in every step", .alpha_bar = alpha_bar, .rate = rate
};
