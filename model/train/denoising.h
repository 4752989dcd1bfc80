/* denoising.h - the loss of Gaussian diffusion on token vectors.
 *
 *     learnt vectors (Diffusion-LM, Li et al. 2022, equation 2; DiffuSeq, Gong et al. 2022, where some places
 *     are given):
 *         x_start = E[id] + sigma_0 noise,  x_t = clean x_start + noisy noise
 *         loss    = mean (x_start - f(x_t, t))²  (at the last step: E[id] in place of x_start; or of the
 * noise, if that is what is predicted)
 *                   + mean -log p(id | x_start)  + mean (sqrt(alpha_bar_T) x_start)²
 *     codes (Analog Bits, Chen et al. 2022):
 *         x_start = bits of id,  loss = mean (x_start - f(x_t, t))²
 *
 * A self-conditioned network reads its last prediction beside x_t, at given places nothing.
 * It is the ends of a graph (graph.h): vectors in, vectors out. All rows of a batch have one length. */
#ifndef MODEL_TRAIN_DENOISING_H
#define MODEL_TRAIN_DENOISING_H

#include "model/train/graph.h"

#include <stdbool.h>

struct denoising;

struct denoising_process {
    float spread;  /* sigma_0, the noise of the text's own vectors */
    float remains; /* alpha_bar_T, what is left of the text at the end */
    bool predicts_noise;
    const float *codes; /* [vocabulary, vector width], borrowed; NULL: vectors are learnt */
};

/* A row's time: x_t = clean x_start + noisy noise, and what the network is told of it. */
struct denoising_time {
    float clean, noisy, told;
    bool last; /* the step before the text */
};

/* What is drawn for one batch; all is borrowed. */
struct denoising_draw {
    int rows, length;
    const int32_t *ids;  /* [rows, length] */
    const uint8_t *open; /* [rows, length] 0: a given place, which holds no noise; NULL: none is given */
    const struct denoising_time *times; /* [rows] */
    const float
        *start_noise; /* [rows, length, vector width], normal, unused where there are codes; and so is */
    const float *noise;
    /* Of a network that is taught by another one; [rows, length, vector width] each. */
    const float *noisy;     /* x_t; NULL: made of ids, times and noise */
    const float *condition; /* what a self-conditioned network reads beside it; NULL: nothing */
    const float *target;    /* what is to be predicted, and the loss is its mean squared error alone; the
                             * tokens' vectors are not learnt then. NULL: as above */
    float *errors; /* [rows] the mean squared error of each row's open places comes here; NULL: it does not */
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
