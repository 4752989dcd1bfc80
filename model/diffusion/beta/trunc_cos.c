#include "model/diffusion/beta.h"

#include <math.h>

/* cosine, entered later (Li et al. 2022). */
static double alpha_bar(double t)
{
    double c = cos((t + 0.1) / 1.1 * 3.14159265358979323846 / 2);
    return c * c;
}

static void fill(double *betas, int count)
{
    beta_from_alpha_bar_later(betas, count, alpha_bar);
}

const struct beta_schedule beta_trunc_cos = {
    .name = "trunc_cos", .help = "cosine, with noise from the first step on", .fewest = 2, .fill = fill
};
