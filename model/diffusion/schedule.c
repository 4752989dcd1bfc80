#include "model/diffusion/schedule.h"

#include <math.h>
#include <string.h>

const struct schedule *schedule_find(const char *name)
{
    for (const struct schedule *const *row = schedule_table; *row; row++)
        if (strcmp((*row)->name, name) == 0)
            return *row;
    return NULL;
}

double schedule_alpha_bar(const struct noise_schedule *schedule, double t)
{
    return schedule->kind->alpha_bar(&schedule->range, t);
}

double schedule_sigma(const struct noise_schedule *schedule, double t)
{
    return -log(schedule_alpha_bar(schedule, t));
}

double schedule_noise_rate(const struct noise_schedule *schedule, double t)
{
    return schedule->kind->rate(&schedule->range, t);
}

double schedule_time(const struct noise_schedule *schedule, double alpha_bar)
{
    double low = 0, high = 1;
    for (int halving = 0; halving < 50; halving++) {
        double middle = (low + high) / 2;
        if (schedule_alpha_bar(schedule, middle) > alpha_bar)
            low = middle;
        else
            high = middle;
    }
    return high;
}

double schedule_reveal(const struct noise_schedule *schedule, double t, double s)
{
    double now = schedule_alpha_bar(schedule, t), next = schedule_alpha_bar(schedule, s);
    return now >= 1 ? 1 : (next - now) / (1 - now);
}

double range_or(double value, double otherwise)
{
    return value > 0 ? value : otherwise;
}
