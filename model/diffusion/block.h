/* block.h - the part of a canvas that is revealed now: semi-autoregressive decoding (LLaDA, Nie et al. 2025),
 * in which a block is revealed before those behind it. One block that is the whole canvas is the plain case.
 */
#ifndef MODEL_DIFFUSION_BLOCK_H
#define MODEL_DIFFUSION_BLOCK_H

#include "model/diffusion/denoise.h"

struct block {
    int number;
    int first, end;  /* places of the canvas; what is still open before them may be revealed too */
    int size;        /* of the canvas, whose growth is the block's too */
    bool grown;      /* the canvas changed its size since the step before */
    int total;       /* open places in it when it began, or the most since */
    int step, steps; /* 1…steps; 0 before the first. More than `steps` where the sampler is exact */
};

/* The next step: of this block, or of the next one that has open places where this one is done. A zero block
 * begins with the canvas. */
void block_advance(struct block *block, const struct denoise *denoise, const struct canvas *canvas);
/* The times of its step, from 1 down to the end that the run is given. */
struct time_step block_time(const struct block *block, const struct denoise *denoise);
/* What the sequence has the network look at in this step, and what is kept in its caches. */
void block_look(const struct block *block, const struct denoise *denoise, struct sequence *sequence);
/* Those of the run, with the sampler's own where it has none. */
struct sampler_settings settings_of(const struct denoise *denoise);

#endif
