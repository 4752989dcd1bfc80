/* schedule.h - how far a leg of training has come, and the learning rate there. */
#ifndef MODEL_TRAIN_SCHEDULE_H
#define MODEL_TRAIN_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

enum decay { DECAY_COSINE, DECAY_LINEAR, DECAY_NONE };

/* A leg ends at what is reached first; 0: no such end. */
struct leg_schedule {
    int64_t steps, places;
    double minutes;
    double rate;
    int warmup;         /* steps at the leg's start in which the rate rises evenly */
    enum decay decay;   /* how it falls … */
    double decay_share; /* … over this last share of the leg */
};

/* 0 at the start, 1 and more when the leg is over; `steps`, `places` and `seconds` count from the leg's
 * start. */
double schedule_done(const struct leg_schedule *schedule, int64_t steps, int64_t places, double seconds);
/* Never below a hundredth of the full rate. */
double schedule_rate(const struct leg_schedule *schedule, int64_t steps, double done);

#endif
