/* canvas.h - a sequence in which some places are decided and the others are still noise.
 *
 *     ids    [ 812  mask  mask  55 ]      open 1: undecided; its id is what the process puts there (the mask
 * token) open   [   0     1     1   0 ]
 *
 * Positions are explicit, since a hole keeps the place of its whole bucket when its tail was left out. */
#ifndef MODEL_DIFFUSION_CANVAS_H
#define MODEL_DIFFUSION_CANVAS_H

#include <stdint.h>

struct canvas {
    int32_t *ids;       /* [size] */
    int32_t *positions; /* [size] */
    uint8_t *open;      /* [size] */
    float *probability; /* [size] of a piece when it was decided; 1 where it was given */
    int size;
};

/* All places open, ids 0, positions first, first + 1, … */
struct canvas canvas_new(int size, int first);
struct canvas canvas_copy(const struct canvas *from);
void canvas_free(struct canvas *canvas);
/* An open place in front of `place`, or behind the last one; its id and position are the caller's to set. */
void canvas_insert(struct canvas *canvas, int place);
void canvas_remove(struct canvas *canvas, int place);
int canvas_open(const struct canvas *canvas);
/* Decides one place. */
void canvas_put(struct canvas *canvas, int place, int32_t id, float probability);

#endif
