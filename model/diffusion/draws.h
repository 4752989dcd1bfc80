/* draws.h - where random numbers come from: the engine's own generator, or a list that was drawn elsewhere,
 * so that a run of another implementation can be repeated number by number. */
#ifndef MODEL_DIFFUSION_DRAWS_H
#define MODEL_DIFFUSION_DRAWS_H

#include "model/base/random.h"

#include <stddef.h>

struct draws {
    double (*uniform)(void *state); /* the next number in [0, 1) */
    uint64_t (*key)(
        void *state); /* 64 even bits for a whole row of noise; NULL: every number is drawn by itself */
    void *state;      /* borrowed */
};

/* A recorded list; 0.5 after its end. */
struct draws_list {
    const double *at;
    size_t count, used;
};

struct draws draws_random(struct random *random);
struct draws draws_recorded(struct draws_list *list);
double draw_uniform(const struct draws *draws);
/* -log(-log(u)), u kept inside (0, 1): argmax of x / T + Gumbel draws from softmax(x / T). */
double draw_gumbel(const struct draws *draws);

#endif
