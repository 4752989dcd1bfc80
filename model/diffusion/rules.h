/* rules.h - what several samplers rank by, and how many places they reveal in a step. */
#ifndef MODEL_DIFFUSION_RULES_H
#define MODEL_DIFFUSION_RULES_H

#include "model/diffusion/sampler.h"

/* Of the piece that would be put there. */
double rank_probability(const struct guess *guess);
/* The smallest number first. */
double rank_chance(const struct guess *guess);

/* The same number in every step, one more in the first ones where it does not come out even (LLaDA, Nie et
 * al. 2025: get_num_transfer_tokens). */
int count_even(const struct sampler_step *step);
/* The whole part of the number that the schedule expects in this step, in single precision (Dream, Ye et al.
 * 2025); the last step reveals all. */
int count_expected(const struct sampler_step *step);
/* All at least as probable as the threshold among the `most` best, and always the best (Fast-dLLM, Wu et al.
 * 2025). */
int count_sure(const struct sampler_step *step, int most);
/* count_sure of all; where there is no threshold, count_even. */
int count_sure_or_even(const struct sampler_step *step);
/* Those whose number is below the chance that the schedule gives to a place. */
int count_chances(const struct sampler_step *step);

#endif
