/* bound.h - terms of upper bounds on -log p(text), for networks that give probabilities and for those that
 * give scores. All in nats; rows are [vocabulary], as prediction->read leaves them.
 *
 * A process that absorbs costs what its masked places cost (Sahoo et al. 2024, equation 10; Ou et al. 2025).
 * One whose tokens move costs
 *
 *     prior + integral over t of rate(t) * score entropy of the noised text + what is left at t = 0
 *
 * (Lou et al. 2024, theorem 3.6, the denoising weighted score entropy). */
#ifndef MODEL_DIFFUSION_BOUND_H
#define MODEL_DIFFUSION_BOUND_H

#include "model/diffusion/prediction.h"

/* A masked place whose piece is `truth`, at sigma: -log p(truth), or, of scores, which need not be those of
 * any distribution, -log q(truth) + sum of q - 1, where q is what the scores make of the pieces. */
double bound_masked(const struct prediction *prediction, const struct process_noise *noise, const float *row,
                    int32_t truth, double sigma);

/* Score entropy of a place that was `truth` and holds `id` at sigma, per unit of sigma: sum over y of rate(y
 * -> id) (s_y - r_y log s_y + r_y (log r_y - 1)), r the true ratios. room: [2 vocabulary]. */
double bound_score_entropy(const struct process *process, const struct process_noise *noise,
                           const float *log_score, int32_t id, int32_t truth, double sigma, float *room);

/* The same; row, the log scores, becomes weight times the gradient by them. */
double bound_score_gradient(const struct process *process, const struct process_noise *noise, float *row,
                            int32_t id, int32_t truth, double sigma, double weight, float *room);

/* How far `truth` at sigma is from noise that is even over the vocabulary: Kullback-Leibler divergence. room:
 * [vocabulary]. */
double bound_prior(const struct process *process, const struct process_noise *noise, int32_t truth,
                   double sigma, float *room);

/* -log p(truth) of a place that holds `id` at sigma, from its scores. row is overwritten; room: [vocabulary].
 */
double bound_left(const struct process *process, const struct process_noise *noise, float *row, int32_t id,
                  int32_t truth, double sigma, float *room);

#endif
