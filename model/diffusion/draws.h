/* draws.h - where random numbers come from: the engine's own generator, or a list that was drawn elsewhere,
 * so that a run of another implementation can be repeated number by number. */
#ifndef MODEL_DIFFUSION_DRAWS_H
#define MODEL_DIFFUSION_DRAWS_H

#include "model/base/random.h"

#include <stddef.h>

/* What the numbers that follow are for: the noise a run begins with; one number that a place is ranked or
 * revealed by; one for each piece of the vocabulary, or as many as a piece takes, or one for each number of a
 * vector. */
enum draw_use { DRAW_NOISE, DRAW_RANK, DRAW_PIECE, DRAW_USES };

struct draws {
    double (*uniform)(void *state); /* the next number in [0, 1) */
    uint64_t (*key)(
        void *state); /* 64 even bits for a whole row of noise; NULL: every number is drawn by itself */
    float (*normal)(void *state); /* the next standard normal number */
    /* Told before the numbers of a place are drawn (step 1…); NULL: the order of drawing is all there is. */
    void (*seek)(void *state, enum draw_use use, int step, int place);
    void *state; /* borrowed */
};

/* A recorded list; 0.5 after its end. Where `by_step` is set, the numbers of a place in a step begin at
 * first + (step - 1) · by_step + place · by_place; else they are used one by one. */
struct draws_list {
    const double *at;
    size_t count, used;
    size_t first, by_step, by_place;
};

/* A list for each use. */
struct draws_tape {
    struct draws_list list[DRAW_USES];
    enum draw_use use;
};

struct draws draws_random(struct random *random);
struct draws draws_recorded(struct draws_list *list);
struct draws draws_taped(struct draws_tape *tape);
void draws_seek(const struct draws *draws, enum draw_use use, int step, int place);
double draw_uniform(const struct draws *draws);
float draw_normal(const struct draws *draws);
/* -log(-log(u)), u kept inside (0, 1): argmax of x / T + Gumbel draws from softmax(x / T). */
double draw_gumbel(const struct draws *draws);

#endif
