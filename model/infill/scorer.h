/* scorer.h - what score.c and score_vectors.c share: one window of text as the rows of a network. Nobody else
 * includes it.
 *
 *     slots or START | text | END PAD …      what is around the text is there only for a model of lines, but
 *                                            slots, and always given */
#ifndef MODEL_INFILL_SCORER_H
#define MODEL_INFILL_SCORER_H

#include "model/base/random.h"
#include "model/diffusion/denoise.h"
#include "model/infill/open.h"

struct scorer {
    const struct infill *infill;
    struct denoiser_session *session;
    const atomic_bool *cancel;
    struct random random;
    struct denoise denoise; /* process, schedule and prediction */
    struct process_noise noise;
    int front, vocabulary;
    bool lines;
    int32_t *ids, *positions; /* [context] of a row */
    uint8_t *kinds;           /* 0 context, 1 hole or attribute */
    int *wanted, *order;      /* [context] */
    int32_t *noisy;           /* [context] the text with noise */
    double *begun;            /* [context] first number of each place */
    uint8_t *noised;          /* [context] where it is */
    float *logits;            /* [context, vocabulary] */
    float *room;              /* [2 vocabulary] */
    double nats;
};

/* The most places of text that a window holds. */
int scorer_room(const struct scorer *scorer);
/* Lays a row around text [count], of which the places of `noised` are wanted, and tells time t. */
struct rows scorer_rows(struct scorer *scorer, const int32_t *text, int count, const uint8_t *noised,
                        float time);
/* score_vectors.c: the bound of Gaussian diffusion on a window, added to nats. */
bool score_vectors(struct scorer *scorer, const int32_t *text, int count, int samples,
                   struct lacuna_error *error);

#endif
