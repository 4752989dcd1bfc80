/* schedule.h - how much is still clean at time t: one file schedule/NAME.c, one `const struct schedule
 * schedule_NAME`.
 *
 * t runs from 1 (all noise) to 0 (clean). alpha_bar(t) is the chance that a token is still clean, sigma(t) =
 * -log alpha_bar(t) the accumulated noise. A reverse step from t to s < t reveals a noisy token with chance
 * (alpha_s - alpha_t) / (1 - alpha_t). */
#ifndef MODEL_DIFFUSION_SCHEDULE_H
#define MODEL_DIFFUSION_SCHEDULE_H

struct schedule {
    const char *name, *help;
    double (*alpha_bar)(double t);
};

/* Ended by NULL, in order of name (generated from the folder schedule/). */
extern const struct schedule *const schedule_table[];

/* NULL where there is none of that name. */
const struct schedule *schedule_find(const char *name);
double schedule_sigma(const struct schedule *schedule, double t);
/* The chance that a reverse step from t to s reveals a token that is noise at t. */
double schedule_reveal(const struct schedule *schedule, double t, double s);

#endif
