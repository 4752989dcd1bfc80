/* beta.h - noise in T steps: one file beta/NAME.c, one `const struct beta_schedule beta_NAME`.
 *
 * beta_t is the share of the variance that step t replaces by noise, t = 0 … T - 1, and alpha_bar_t = product
 * of (1 - beta_s), s ≤ t, the share of the text's variance that is left (Ho et al. 2020). Everything is
 * counted in float64. */
#ifndef MODEL_DIFFUSION_BETA_H
#define MODEL_DIFFUSION_BETA_H

#include "model/base/error.h"

struct beta_schedule {
    const char *name, *help;
    int fewest; /* steps that it needs */
    void (*fill)(double *betas, int count);
};

/* Ended by NULL, in order of name (generated from the folder beta/). */
extern const struct beta_schedule *const beta_table[];

/* NULL where there is none of that name. */
const struct beta_schedule *beta_find(const char *name);
/* betas [count], all in (0, 1]; false: the schedule does not go with so few steps. */
bool beta_fill(const struct beta_schedule *schedule, double *betas, int count, struct lacuna_error *error);

/* ---- for schedules */

/* count values evenly from first to last. */
void beta_line(double *betas, int count, double first, double last);
/* From alpha_bar(t), t in [0, 1]: beta_i = 1 - alpha_bar((i + 1) / count) / alpha_bar(i / count), at most
 * 0.999 (Nichol and Dhariwal 2021). */
void beta_from_alpha_bar(double *betas, int count, double (*alpha_bar)(double t));
/* The same one step later: the first is 1 - alpha_bar(0). */
void beta_from_alpha_bar_later(double *betas, int count, double (*alpha_bar)(double t));

#endif
