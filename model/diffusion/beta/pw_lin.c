#include "model/diffusion/beta.h"

enum { FIRST_PART = 10 };

/* Ten steps down from 0.01 to where linear begins, then linear (Li et al. 2022). */
static void fill(double *betas, int count)
{
    double scale = 1000.0 / count, middle = scale * 0.0001;
    beta_line(betas, FIRST_PART, middle + 0.01, middle);
    beta_line(betas + FIRST_PART, count - FIRST_PART, middle, scale * 0.02);
}

const struct beta_schedule beta_pw_lin = {
    .name = "pw_lin", .help = "linear after ten noisier steps", .fewest = FIRST_PART + 1, .fill = fill
};
