/* denoising.h - the loss of Gaussian diffusion on token vectors, learnt end to end (Diffusion-LM, Li et al.
 * 2022, equation 2; DiffuSeq, Gong et al. 2022, where some places are given).
 *
 *     x_start = E[id] + sigma_0 noise,  x_t = sqrt(alpha_bar_t) x_start + sqrt(1 - alpha_bar_t) noise
 *     loss    = mean (x_start - f(x_t, t))²  (at t = 0: E[id] in place of x_start; or of the noise, if that
 * is what is predicted)
 *               + mean -log p(id | x_start)  + mean (sqrt(alpha_bar_T) x_start)²
 *
 * It is the ends of a graph (graph.h): vectors in, vectors out. All rows of a batch have one length. */
#ifndef MODEL_TRAIN_DENOISING_H
#define MODEL_TRAIN_DENOISING_H

#include "model/train/graph.h"

#include <stdbool.h>

struct denoising;

/* The process as its tables: alpha_bar [steps], float64; borrowed. */
struct denoising_process {
    const double *alpha_bar;
    int steps;
    bool predicts_noise;
};

/* What is drawn for one batch; all is borrowed. */
struct denoising_draw {
    int rows, length;
    const int32_t *ids;       /* [rows, length] */
    const uint8_t *open;      /* [rows, length] 0: a given place, which holds no noise; NULL: none is given */
    const int *t;             /* [rows] */
    const float *start_noise; /* [rows, length, vector width], normal; and so is */
    const float *noise;
};

/* `places`: the most of a batch. Free it before parameters and products. */
struct denoising *denoising_new(const struct parameters *parameters, const struct products *products,
                                struct denoising_process process, int places);
void denoising_free(struct denoising *denoising);

/* Prepares a batch: x_t and the time's vectors by `weights`; gradients are added to `gradient` (NULL: none).
 */
void denoising_set(struct denoising *denoising, const struct denoising_draw *draw, const float *weights,
                   float *gradient);
/* What the pass after denoising_set predicted becomes what a self-conditioned network reads beside x_t;
 * denoising_set forgets it. */
void denoising_condition(struct denoising *denoising);
/* For struct pass. */
const struct ends *denoising_ends(struct denoising *denoising);
/* [rows, length, vector width] as predicted by the last pass; borrowed. */
const float *denoising_predicted(const struct denoising *denoising);

#endif
