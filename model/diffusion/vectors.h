/* vectors.h - what the processes of vectors (gaussian, analog_bits) share: their settings, which runs share,
 * and the state of one run.
 *
 *     canvas  [ "the"   open    open   "."  ]
 *     x       [  E_the  x_t     x_t     E_. ]     given places hold their tokens' vectors in every step
 * (clamped) start   [  E_the  x_0?    x_0?    E_. ]     what the text's vectors look like at present */
#ifndef MODEL_DIFFUSION_VECTORS_H
#define MODEL_DIFFUSION_VECTORS_H

#include "model/diffusion/gaussian.h"
#include "model/diffusion/log_snr.h"
#include "model/diffusion/process.h"
#include "model/diffusion/steering.h"
#include "model/network/denoiser.h"
#include "model/network/rounding.h"

struct vectors {
    struct vector_framing framing;
    const struct rounding *rounding; /* borrowed */
    int steps;                       /* of a run */
    bool ddim;                       /* else DDPM */
    double eta;                      /* noise of DDIM, as a share of DDPM's */
    bool greedy;                     /* DDPM's means, without noise */
    bool noise_everywhere; /* at the first step given places hold noise too, as published for infilling */

    /* gaussian */
    struct gaussian gaussian;
    int *visits; /* [steps] steps of `gaussian`, falling */
    bool rounds; /* x_0 becomes the nearest token's vector (clamping trick, Li et al. 2022, section 4.2) … */
    int rounds_from, rounds_to;      /* … at these steps */
    bool clips;                      /* x_0 is kept within ±1 */
    const struct steering *steering; /* borrowed; NULL: none */

    /* analog_bits */
    const struct log_snr *log_snr;
    float time_difference; /* how much further than the step's end a step goes (asymmetric time intervals) */
};

/* Settings for runs of `steps` steps of a model, evenly of its process (0: all); DDPM, without rounding. */
bool vectors_prepare(struct vectors *vectors, const struct framing *framing, const struct rounding *rounding,
                     int steps, struct lacuna_error *error);
void vectors_free(struct vectors *vectors);

/* State of one run over a canvas. Arrays are [size][width] of the canvas, whatever is open. */
struct vector_state {
    const struct vectors *vectors;
    size_t size, width;
    int step; /* taken so far */
    float *x, *start;
    /* Of both branches of guidance; the first is all there is without. */
    struct {
        float *
            input; /* [front + size][width or, for a self-conditioned network, 2 width]; NULL: not yet laid */
        float *predicted; /* [size][width or 2 width] of the open places, in order */
    } branch[2];
    float *noise; /* [width] */
    float *mean;  /* [size][width] of the step, where the run is steered; else NULL */
    struct steering_room *steering;
};

/* process.open, close and begin of both. */
void *vectors_open(const struct canvas *canvas, const struct process_noise *noise, const struct draws *draws);
void vectors_close(void *state);
void vectors_begin(struct canvas *canvas, const struct process_noise *noise, const struct draws *draws);
/* Where x and predictions lie for the network: the condition's tokens and what is given as their vectors. A
 * self-conditioned network reads its last prediction beside the open places, nothing beside the others. */
void vectors_lay(struct vector_state *state, const struct canvas *canvas, int side, struct rows *rows);
/* process.mix: predictions of `count` open places, without + scale (with - without). */
void vectors_mix(void *state, int count, double scale);
/* The k-th open place's prediction. */
const float *vectors_predicted(const struct vector_state *state, int k);
/* Normal numbers for a place in a step, into state->noise. */
void vectors_draw(struct vector_state *state, const struct reverse *reverse, int place);
/* After a step: given places hold their vectors, tokens of the open ones are shown, or put in the last. */
void vectors_finish(struct vector_state *state, const struct reverse *reverse);

#endif
