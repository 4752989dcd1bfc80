#include "model/diffusion/prediction.h"

/* The family's network gives log scores as they are (SEDD, Lou et al. 2024). */
static void read(const struct process_noise *noise, int32_t id, double sigma, float *row)
{
    (void)noise;
    (void)id;
    (void)sigma;
    (void)row;
}

const struct prediction prediction_score = { .name = "score",
                                             .help = "log scores: how likely a piece is beside the present",
                                             .scores = true,
                                             .read = read };
