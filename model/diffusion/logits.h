/* logits.h - distributions over the vocabulary. Rows are [vocabulary] float32. */
#ifndef MODEL_DIFFUSION_LOGITS_H
#define MODEL_DIFFUSION_LOGITS_H

#include "model/diffusion/draws.h"

#include <stdbool.h>
#include <stdint.h>

/* log of the sum of exp; -INFINITY where all are. */
double log_sum_exp(const float *row, int32_t vocabulary);
/* logits -> log-probabilities, in place. */
void log_softmax(float *row, int32_t vocabulary);
/* Of log-probabilities: the best less the second best probability, and the entropy in nats. */
void distribution_shape(const float *row, int32_t vocabulary, double *margin, double *entropy);
/* The first of the largest. */
int32_t argmax(const float *row, int32_t vocabulary);
/* row += heat * Gumbel noise; from a generator of keys, entries that could not win any more stay as they are.
 */
void add_gumbel(float *row, int32_t vocabulary, double heat, const struct draws *draws);

/* Which pieces may be drawn: the fewest of which the probabilities sum to more than top_p (nucleus sampling,
 * Holtzman et al. 2020), the top_k best ones of what is left. Zero: no limit. */
struct nucleus {
    double top_p;
    int top_k;
};

bool nucleus_limits(const struct nucleus *nucleus);
/* Lowers what may not be drawn so far that it counts nothing. room: [vocabulary], overwritten. */
void nucleus_apply(const struct nucleus *nucleus, float *row, int32_t vocabulary, float *room);

/* Logits in place to the log-probabilities that a piece is drawn from: softmax(row / heat) within the limits;
 * heat 0 counts as 1. room: [vocabulary], overwritten; may be NULL without limits. */
void temper(float *row, int32_t vocabulary, double heat, const struct nucleus *nucleus, float *room);

/* Of log-probabilities: the first piece up to which the sum of the probabilities exceeds u times their whole
 * sum. */
int32_t draw_piece(const float *row, int32_t vocabulary, const struct draws *draws);
/* Draws from weights that need not sum to 1: row of weights -> log weight + noise, whose best is the piece
 * drawn. The noise is that of an exponential race, w / (1e-10 - log(u + 1e-10)), as SEDD and MDLM draw it;
 * what has no weight is far below all others. */
void race_weights(float *row, int32_t vocabulary, const struct draws *draws);
/* The logarithm of weights; what has none is far below all others, but may still be chosen where a promise
 * leaves no other. */
void log_weights(float *row, int32_t vocabulary);

#endif
