#include "model/diffusion/beta.h"

/* 1e-4 … 0.02 for a thousand steps, in proportion for others (Ho et al. 2020). */
static void fill(double *betas, int count)
{
    double scale = 1000.0 / count;
    beta_line(betas, count, scale * 0.0001, scale * 0.02);
}

const struct beta_schedule beta_linear = {
    .name = "linear", .help = "beta grows from 1e-4 to 0.02", .fewest = 2, .fill = fill
};
