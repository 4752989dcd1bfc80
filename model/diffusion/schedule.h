/* schedule.h - how much is still clean at time t: one file schedule/NAME.c, one `const struct schedule
 * schedule_NAME`.
 *
 * t runs from 1 (all noise) to 0 (clean). alpha_bar(t) is the chance that a token is still clean, sigma(t) =
 * -log alpha_bar(t) the accumulated noise, rate(t) = d sigma / dt. A reverse step from t to s < t reveals a
 * noisy token with chance (alpha_s - alpha_t) / (1 - alpha_t). */
#ifndef MODEL_DIFFUSION_SCHEDULE_H
#define MODEL_DIFFUSION_SCHEDULE_H

/* Ends of schedules that have some; what is 0 takes the schedule's own. */
struct noise_range {
    double sigma_min, sigma_max; /* sigma(0) and sigma(1) */
    double least;                /* alpha_bar(1) */
};

struct schedule {
    const char *name, *help;
    double (*alpha_bar)(const struct noise_range *range, double t);
    double (*rate)(const struct noise_range *range, double t);
};

/* A schedule with its ends, as one checkpoint or request has it. */
struct noise_schedule {
    const struct schedule *kind;
    struct noise_range range;
};

/* Ended by NULL, in order of name (generated from the folder schedule/). */
extern const struct schedule *const schedule_table[];

/* NULL where there is none of that name. */
const struct schedule *schedule_find(const char *name);
double schedule_alpha_bar(const struct noise_schedule *schedule, double t);
double schedule_sigma(const struct noise_schedule *schedule, double t);
double schedule_noise_rate(const struct noise_schedule *schedule, double t);
/* When alpha_bar was that much; 1 where it never is that little. */
double schedule_time(const struct noise_schedule *schedule, double alpha_bar);
/* The chance that a reverse step from t to s reveals a token that is noise at t. */
double schedule_reveal(const struct noise_schedule *schedule, double t, double s);
/* A value of the range, or `otherwise` where it is 0. */
double range_or(double value, double otherwise);

#endif
