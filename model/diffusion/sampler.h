/* sampler.h - which places a step reveals: one file sampler/NAME.c, one `const struct sampler sampler_NAME`.
 *
 * A sampler ranks what the network guesses at each open place; the highest ranks are revealed. How many is
 * the schedule's affair unless the sampler counts itself; `done` may end a run early. */
#ifndef MODEL_DIFFUSION_SAMPLER_H
#define MODEL_DIFFUSION_SAMPLER_H

#include <stdbool.h>
#include <stdint.h>

/* What the network says about one open place. Probabilities are the unguided conditional ones, without
 * temperature. */
struct guess {
    int place;          /* in the canvas */
    int32_t token;      /* what would be put there */
    double probability; /* of it */
    double margin;      /* the best probability less the second best */
    double entropy;     /* of the whole distribution, nats */
    double uniform;     /* drawn for this place and step, [0, 1) */
};

struct sampler_step {
    const struct guess *guesses; /* [count], one an open place, in order of place */
    int count;
    int step, steps; /* 1…steps */
    int scheduled;   /* how many the schedule would reveal */
    double reveal;   /* the chance that the schedule reveals one place in this step */
};

struct sampler {
    const char *name, *help;
    double (*rank)(const struct guess *guess);
    int (*count)(
        const struct sampler_step *step); /* NULL: step->scheduled; the last step reveals all that is left */
    bool (*done)(const struct sampler_step *step); /* NULL: never early; true: reveal all that is left now */
};

/* Ended by NULL, in order of name (generated from the folder sampler/). */
extern const struct sampler *const sampler_table[];

const struct sampler *sampler_find(const char *name);

#endif
