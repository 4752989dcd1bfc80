/* calibrate.h - how sure a network is of holes of each length whatever they hold, from texts like those it
 * learnt: what climb.h divides by. */
#ifndef MODEL_INFILL_CALIBRATE_H
#define MODEL_INFILL_CALIBRATE_H

#include "model/infill/infill.h"

/* means[n - 1] = the mean over the texts of Φ(n), where words that stand side by side make way for n masked
 * places, n = 1 … most. Texts too long for the model, and those of fewer than four words, are left out.
 * false: error. */
bool calibrate_lengths(const struct infill *infill, struct denoiser_session *session,
                       const char *const *texts, size_t count, uint64_t seed, double *means, int most,
                       struct lacuna_error *error);

#endif
