#include "model/diffusion/prediction.h"

/* Logits that become log scores (MDLM's "sedd"). */
static void read(const struct process_noise *noise, int32_t id, double sigma, float *row)
{
    log_score_by_sigma(row, noise->vocabulary, id, (float)sigma);
}

const struct prediction prediction_scaled_score = {
    .name = "scaled_score", .help = "log scores once sigma is taken out", .scores = true, .read = read
};
