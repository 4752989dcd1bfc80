/* classifier.h - the small network behind a guide: labels from noised vectors, forward and backward.
 *
 *     scaled = x · a / (1 - a² + 0.4), a = sqrt(alpha_bar): what tells words apart is about as large at any
 * noise near   = [scaled of the place and two neighbours on either side; waves of the noise; 1] out    = W2
 * [silu(W1 near); near]
 *
 * Neighbours beyond the text are 0. The weights are one run of float32, both matrices one behind the other,
 * [inputs][outputs] each. The same code serves training and steering. */
#ifndef MODEL_DIFFUSION_CLASSIFIER_H
#define MODEL_DIFFUSION_CLASSIFIER_H

#include "model/base/error.h"
#include "model/diffusion/guide.h"

#include <stddef.h>
#include <stdint.h>

struct kernels;
struct rounding;

enum { CLASSIFIER_LAYERS = 2, CLASSIFIER_REACH = 2 };

/* A matrix [inputs][outputs] in the forms that the kernels read: rows padded with 0 to whole panels. */
struct classifier_layer {
    int inputs, outputs;
    size_t stride, turned_stride;
    float *weight; /* [inputs][stride] */
    float *turned; /* [outputs][turned_stride] */
};

struct classifier {
    const struct guide *guide;
    const struct kernels *kernels;
    struct labels labels;
    int width, inner;
    struct classifier_layer layers[CLASSIFIER_LAYERS];
    size_t size; /* floats in a run of weights */
};

/* Takes over `labels`; all weights 0. */
struct classifier *classifier_new(const struct guide *guide, struct labels labels, int width, int inner);
void classifier_free(struct classifier *classifier);
void classifier_set(struct classifier *classifier, const float *weights);

/* Working memory for texts of at most `places` places; the caller's, of one thread. */
struct classifier_room;
struct classifier_room *classifier_room_new(const struct classifier *classifier, int places);
void classifier_room_free(struct classifier_room *room);

/* The guide's loss of x [places][width] at that noise; d_x (added to, or NULL) and d_weights (a run, added
 * to, or NULL) get its gradient. Allocates nothing. */
double classifier_loss(const struct classifier *classifier, struct classifier_room *room, const float *x,
                       int places, double alpha_bar, const int *wanted, float *d_x, float *d_weights);
/* Columns [places][labels.columns] of the last classifier_loss before its guide had them: run again without
 * wanted; borrowed from the room. */
const float *classifier_read(const struct classifier *classifier, struct classifier_room *room,
                             const float *x, int places, double alpha_bar);

/* The guide of that name in a model's folder, guide-NAME.json and guide-NAME.safetensors, for the vectors of
 * `rounding`. NULL: it is not there (error->code is LACUNA_OK), or error says what is wrong with it. */
struct classifier *classifier_open(const char *folder, const struct guide *guide,
                                   const struct rounding *rounding, struct lacuna_error *error);
bool classifier_save(const struct classifier *classifier, const float *weights,
                     const struct rounding *rounding, const char *folder, struct lacuna_error *error);

#endif
