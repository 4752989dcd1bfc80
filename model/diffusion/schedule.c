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

double schedule_sigma(const struct schedule *schedule, double t)
{
    return -log(schedule->alpha_bar(t));
}

double schedule_reveal(const struct schedule *schedule, double t, double s)
{
    double now = schedule->alpha_bar(t), next = schedule->alpha_bar(s);
    return now >= 1 ? 1 : (next - now) / (1 - now);
}
