#include "model/diffusion/schedule.h"

static double alpha_bar(double t)
{
    return 1 - t;
}

const struct schedule schedule_linear = { .name = "linear",
                                          .help = "as many pieces in every step",
                                          .alpha_bar = alpha_bar };
