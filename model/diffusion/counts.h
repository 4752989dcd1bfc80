/* counts.h - rules for how many places a step reveals, for samplers that do not follow the schedule. */
#ifndef MODEL_DIFFUSION_COUNTS_H
#define MODEL_DIFFUSION_COUNTS_H

#include "model/diffusion/sampler.h"

/* The same number in every step, one more in the first ones where it does not come out even (LLaDA, Nie et
 * al. 2025: get_num_transfer_tokens). */
int count_even(const struct sampler_step *step);
/* The whole part of the number that the schedule expects in this step, in single precision (Dream, Ye et al.
 * 2025); the last step reveals all. */
int count_expected(const struct sampler_step *step);
/* All at least as probable as the threshold among the `most` best, and always the best (Fast-dLLM, Wu et al.
 * 2025). */
int count_sure(const struct sampler_step *step, int most);

#endif
