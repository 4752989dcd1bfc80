#include "model/diffusion/beta.h"

#include <math.h>

/* Noise soon, then slowly more: what text needs, as rounding undoes a little noise (Li et al. 2022,
 * sect. 4.2).
 */
static double alpha_bar(double t)
{
    return 1 - sqrt(t + 0.0001);
}

static void fill(double *betas, int count)
{
    beta_from_alpha_bar(betas, count, alpha_bar);
}

const struct beta_schedule beta_sqrt = {
    .name = "sqrt", .help = "alpha_bar falls as 1 - sqrt(t): much noise soon", .fewest = 2, .fill = fill
};
