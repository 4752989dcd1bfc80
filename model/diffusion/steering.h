/* steering.h - guides push the vectors of a run towards what is wanted (Li et al. 2022, section 5.1).
 *
 * After each step of the process some steps of Adagrad (Duchi et al. 2011) on the open places' vectors take
 * down
 *
 *     Σ over guides of -log p(wanted | x)  +  fluency · |x - mean|² / variance
 *
 * where mean and variance are those of the process's own step, so that the text stays one that the network
 * would write. Squares of slopes are summed from 1 on: where the guides are content, nothing moves. The last
 * steps, in which little noise is left, are the network's alone. */
#ifndef MODEL_DIFFUSION_STEERING_H
#define MODEL_DIFFUSION_STEERING_H

#include "model/diffusion/classifier.h"

enum { STEERS_MOST = 4 };

/* One guide and what it is to find: a value for each group or place, -1: any. */
struct steer {
    const struct classifier *classifier; /* borrowed */
    int *wanted;                         /* [wanted_count] */
    int wanted_count;
};

struct steering {
    struct steer at[STEERS_MOST];
    int count;
    int rounds;  /* steps of Adagrad after a step of the process */
    double rate; /* of them; 0: the least of the guides' own */
    double fluency;
    double alpha_bar_most; /* beyond which nothing is steered */
};
/* With the settings that serve; no guides. */
struct steering steering_default(void);
/* Frees what is wanted, not the classifiers. */
void steering_free(struct steering *steering);

/* Working memory of one run over `places` places. */
struct steering_room;
struct steering_room *steering_room_new(const struct steering *steering, int places, int width);
void steering_room_free(struct steering_room *room);

/* Vectors after a step of the process. */
struct steered {
    float *x;            /* [places][width] */
    const float *mean;   /* [places][width] that the step would give without its noise */
    const uint8_t *open; /* [places] those that may move */
    double variance;     /* of the noise; 0: none was added */
    double alpha_bar;    /* of the process there */
};
/* Guides whose labels stand for places act where there are as many places as labels. Allocates nothing. */
void steering_apply(const struct steering *steering, struct steering_room *room,
                    const struct steered *steered);

#endif
