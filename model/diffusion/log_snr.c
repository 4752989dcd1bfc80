#include "model/diffusion/log_snr.h"

#include <math.h>
#include <string.h>

const struct log_snr *log_snr_find(const char *name)
{
    for (const struct log_snr *const *row = log_snr_table; *row; row++)
        if (strcmp((*row)->name, name) == 0)
            return *row;
    return NULL;
}

static float sigmoid(float x)
{
    return x >= 0 ? 1 / (1 + expf(-x)) : expf(x) / (1 + expf(x));
}

float log_snr_alpha(float log_snr)
{
    return sqrtf(sigmoid(log_snr));
}

float log_snr_sigma(float log_snr)
{
    return sqrtf(sigmoid(-log_snr));
}
