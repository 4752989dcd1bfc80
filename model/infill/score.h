/* score.h - bits per byte of a text: an upper bound from the diffusion objective.
 *
 * For absorbing diffusion with the likelihood weight, -log p(x) <= E over u of (n / m) * sum over the m
 * masked places of -log p(x_i | the rest), m uniform in 1..n (Ou et al. 2025; Sahoo et al. 2024, eq. 10). The
 * fractions are stratified over the samples and used in antithetic pairs (a set of places and its
 * complement), which lowers the variance and leaves the mean. A network that is told the time is told when so
 * many places are masked. Where tokens move instead, times are stratified: diffusion/bound.h. */
#ifndef MODEL_INFILL_SCORE_H
#define MODEL_INFILL_SCORE_H

#include "model/infill/infill.h"

struct score {
    double bits_per_byte;
    uint64_t bytes;
    int samples;
};

/* `samples` 0: 8 a window. The text is cut into windows of the model's context; nothing is shared between
 * windows. */
bool score_text(const struct infill *infill, struct denoiser_session *session, const char *text, size_t size,
                int samples, uint64_t seed, const atomic_bool *cancel, struct score *out,
                struct lacuna_error *error);

#endif
