#include "model/diffusion/schedule.h"

#include <math.h>

static const double QUARTER = 1.57079632679489661923;

/* 1 - alpha_bar(t) = sin(t * pi / 2): few pieces first (MaskGIT, Chang et al. 2022, where it is cos of the
 * progress 1 - t). */
static double alpha_bar(const struct noise_range *range, double t)
{
    (void)range;
    return 1 - sin(t * QUARTER);
}

static double rate(const struct noise_range *range, double t)
{
    (void)range;
    return QUARTER * cos(t * QUARTER) / (1 - sin(t * QUARTER));
}

const struct schedule schedule_cosine = {
    .name = "cosine", .help = "few pieces first, many at the end", .alpha_bar = alpha_bar, .rate = rate
};
