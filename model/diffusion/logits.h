/* logits.h - distributions over the vocabulary. Rows are [vocabulary] float32. */
#ifndef MODEL_DIFFUSION_LOGITS_H
#define MODEL_DIFFUSION_LOGITS_H

#include "model/diffusion/draws.h"

#include <stdint.h>

/* log of the sum of exp; -INFINITY where all are. */
double log_sum_exp(const float *row, int32_t vocabulary);
/* logits -> log-probabilities, in place. */
void log_softmax(float *row, int32_t vocabulary);
/* Of log-probabilities: the best less the second best probability, and the entropy in nats. */
void distribution_shape(const float *row, int32_t vocabulary, double *margin, double *entropy);
/* The first of the largest. */
int32_t argmax(const float *row, int32_t vocabulary);
/* row += heat * Gumbel noise; entries that could not win any more stay as they are. */
void add_gumbel(float *row, int32_t vocabulary, double heat, const struct draws *draws);

#endif
