#include "model/diffusion/prediction.h"

#include "model/diffusion/logits.h"

/* The mask is no answer, and what is no mask stays as it is (MDLM, Sahoo et al. 2024, section 3.2.3). */
static const float NEVER = -1e6f;

static void read(const struct process_noise *noise, int32_t id, double sigma, float *row)
{
    (void)sigma;
    row[noise->mask] += NEVER;
    log_softmax(row, noise->vocabulary);
    if (id == noise->mask)
        return;
    for (int32_t v = 0; v < noise->vocabulary; v++)
        row[v] = NEVER;
    row[id] = 0;
}

const struct prediction prediction_subs = { .name = "subs",
                                            .help = "logits of the piece, of which the mask is none",
                                            .read = read };
