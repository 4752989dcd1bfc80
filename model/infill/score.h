/* score.h - bits per byte of a text: an upper bound from the diffusion objective.
 *
 * For absorbing diffusion with the likelihood weight, -log p(x) <= E over u of (n / m) * sum over the m
 * masked places of -log p(x_i | the rest), m uniform in 1..n (Ou et al. 2025; Sahoo et al. 2024, eq. 10). The
 * fractions are stratified over the samples and used in antithetic pairs (a set of places and its
 * complement), which lowers the variance and leaves the mean. A network that is told the time is told when so
 * many places are masked. Where tokens move instead, times are stratified: diffusion/bound.h.
 *
 * A model of lines (words between START and END) is asked for each line by itself: -log of the chance of its
 * number of tokens, as its configuration counts the lines of its training, and the bound on the tokens given
 * that number. Words that the vocabulary lacks are all one. With vectors (Diffusion-LM, Li et al. 2022,
 * section 4.1) the tokens w have vectors E[w], x = E[w] + sigma_0 noise is noised to x^0 … x^T, and what the
 * network makes of x^t stands for E[w] (Kingma et al. 2021, equations 11 to 13, with x^-1 for x):
 *
 *     -log p(w) <= KL(q(x^T | w) | N(0, 1)) + sum over t of (SNR(t - 1) - SNR(t)) / 2 |E[w] - f(x^t, t)|²
 *                  - log p(w | x),    SNR(t) = alpha_bar / (1 - alpha_bar + alpha_bar sigma_0²)
 *
 * The last term is the rounding; a self-conditioned network looks twice. Steps t are drawn evenly in log(1 +
 * SNR).
 */
#ifndef MODEL_INFILL_SCORE_H
#define MODEL_INFILL_SCORE_H

#include "model/infill/infill.h"

struct score {
    double bits_per_byte;
    uint64_t bytes, tokens;
    int samples;
};

/* `samples` 0: 2 to 16 a window, 8 a line. The text is cut into windows of the model's context; nothing is
 * shared between windows. */
bool score_text(const struct infill *infill, struct denoiser_session *session, const char *text, size_t size,
                int samples, uint64_t seed, const atomic_bool *cancel, struct score *out,
                struct lacuna_error *error);

#endif
