#include "model/diffusion/log_snr.h"

#include <math.h>

static float at(float t)
{
    return -logf(expm1f(1e-4f + 10 * (t * t)));
}

const struct log_snr log_snr_linear = { .name = "linear",
                                        .help = "what a linear beta comes to (Ho et al. 2020)",
                                        .at = at };
