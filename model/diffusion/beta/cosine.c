#include "model/diffusion/beta.h"

#include <math.h>

/* Nichol and Dhariwal 2021, eq. 17. */
static double alpha_bar(double t)
{
    double c = cos((t + 0.008) / 1.008 * 3.14159265358979323846 / 2);
    return c * c;
}

static void fill(double *betas, int count)
{
    beta_from_alpha_bar(betas, count, alpha_bar);
}

const struct beta_schedule beta_cosine = {
    .name = "cosine", .help = "alpha_bar falls as a squared cosine", .fewest = 2, .fill = fill
};
