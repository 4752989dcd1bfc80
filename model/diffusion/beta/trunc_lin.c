#include "model/diffusion/beta.h"

/* linear with 0.01 more everywhere (Li et al. 2022). */
static void fill(double *betas, int count)
{
    double scale = 1000.0 / count;
    beta_line(betas, count, scale * 0.0001 + 0.01, scale * 0.02 + 0.01);
}

const struct beta_schedule beta_trunc_lin = {
    .name = "trunc_lin", .help = "linear, with noise from the first step on", .fewest = 2, .fill = fill
};
