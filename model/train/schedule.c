#include "model/train/schedule.h"

#include <math.h>

static double greater(double a, double b)
{
    return a > b ? a : b;
}

double schedule_done(const struct leg_schedule *s, int64_t steps, int64_t places, double seconds)
{
    double done = 0.0;
    if (s->steps > 0)
        done = greater(done, (double)steps / (double)s->steps);
    if (s->places > 0)
        done = greater(done, (double)places / (double)s->places);
    if (s->minutes > 0.0)
        done = greater(done, seconds / (60.0 * s->minutes));
    return done;
}

double schedule_rate(const struct leg_schedule *s, int64_t steps, double done)
{
    double rise = s->warmup > 0 ? ((double)steps + 1.0) / s->warmup : 1.0;
    double fallen = s->decay_share > 0.0 ? (done - (1.0 - s->decay_share)) / s->decay_share : 0.0;
    fallen = fallen < 0.0 ? 0.0 : fallen > 1.0 ? 1.0 : fallen;
    double fall = s->decay == DECAY_COSINE   ? 0.5 + 0.5 * cos(3.141592653589793 * fallen)
                  : s->decay == DECAY_LINEAR ? 1.0 - fallen
                                             : 1.0;
    return s->rate * greater((rise < 1.0 ? rise : 1.0) * fall, 0.01);
}
