#include "model/diffusion/log_snr.h"

#include <math.h>

static float at(float t)
{
    float c = cosf((t + 0.008f) / 1.008f * 3.14159265358979323846f * 0.5f);
    return -logf(fmaxf(1 / (c * c) - 1, 1e-5f));
}

const struct log_snr log_snr_cosine = { .name = "cosine",
                                        .help = "alpha falls as a cosine (Nichol and Dhariwal 2021)",
                                        .at = at };
