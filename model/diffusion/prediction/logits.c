#include "model/diffusion/prediction.h"

#include "model/diffusion/logits.h"

/* The mask may be an answer as well (MDLM's "d3pm"). */
static void read(const struct process_noise *noise, int32_t id, double sigma, float *row)
{
    (void)id;
    (void)sigma;
    log_softmax(row, noise->vocabulary);
}

const struct prediction prediction_logits = { .name = "logits", .help = "logits of the piece", .read = read };
