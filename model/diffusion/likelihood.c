#include "model/diffusion/likelihood.h"

#include "model/base/memory.h"
#include "model/diffusion/logits.h"

#include <stdlib.h>

static void add_nats(void *user, int index, const struct view *view)
{
    struct masked *text = &((struct masked *)user)[index];
    double sum = 0;
    for (int k = 0; k < view->count; k++) {
        const float *row = view->choice[k];
        sum += log_sum_exp(row, view->vocabulary) - row[text->truth[view->places[k]]];
    }
    text->nats = sum / text->share;
}

bool likelihood_look(const struct denoise *denoise, struct masked *texts, int count,
                     struct lacuna_error *error)
{
    struct sequence **sequences = memory_new((size_t)count, sizeof *sequences);
    for (int i = 0; i < count; i++) {
        sequences[i] = &texts[i].sequence;
        texts[i].nats = 0;
    }
    bool fine = denoise_look(denoise, sequences, count, add_nats, texts, error);
    free(sequences);
    return fine;
}
