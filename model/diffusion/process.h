/* process.h - what noise is and how a step takes it away: one file process/NAME.c, one `const struct process
 * process_NAME`.
 *
 * A process of tokens keeps its state in the canvas. What a step decides is `take` of the guesses, best rank
 * first; a process that keeps noise in decided places as well (uniform), or in vectors (gaussian, analog
 * bits), uses `state` of its own. */
#ifndef MODEL_DIFFUSION_PROCESS_H
#define MODEL_DIFFUSION_PROCESS_H

#include "model/diffusion/canvas.h"
#include "model/diffusion/draws.h"
#include "model/diffusion/sampler.h"

struct process_noise {
    int32_t mask;       /* token id of noise; -1: has none */
    int32_t vocabulary; /* noise of the uniform process */
};

struct process {
    const char *name, *help;
    /* Fills the open places with noise. */
    void (*begin)(struct canvas *canvas, const struct process_noise *noise, const struct draws *draws);
    /* One reverse step: guesses[order[0 … take - 1]] become decided. */
    void (*advance)(struct canvas *canvas, const struct guess *guesses, const int *order, int take,
                    const struct process_noise *noise, const struct draws *draws);
};

/* Ended by NULL, in order of name (generated from the folder process/). */
extern const struct process *const process_table[];

const struct process *process_find(const char *name);

#endif
