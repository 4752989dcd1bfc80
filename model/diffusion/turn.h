/* turn.h - one sequence in one step; for denoise_run.c and reveal.c alone. Arrays are [count], an
 * element an open place of the canvas. */
#ifndef MODEL_DIFFUSION_TURN_H
#define MODEL_DIFFUSION_TURN_H

#include "model/diffusion/block.h"
#include "model/diffusion/denoise.h"

struct turn {
    const struct denoise *denoise;
    const struct view *view;
    const struct block *block;
    struct reverse reverse;
    struct sampler_settings settings; /* no default left open */
    struct guess *guesses;
    int32_t *tokens;
    int *order;
    float **hot; /* rows with temperature, or the noise of drawing; NULL: those of the view */
};

/* Room for turn->hot. */
void turn_heat(struct turn *turn);
/* Fills turn->tokens; `freely`: whatever the caller of the loop wishes. */
void turn_choose(const struct turn *turn, bool freely);
/* By a sampler with `rank`: sets guesses, order and reverse.take. */
void turn_reveal(struct turn *turn);
/* After turn_reveal or the like: everything open in the block is decided now. */
void turn_finish(struct turn *turn);
/* guesses from tokens, in the conditional branch. */
void turn_guess(const struct turn *turn);

#endif
