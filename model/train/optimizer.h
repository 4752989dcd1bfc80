/* optimizer.h - one step of learning: clip the gradient, move the weights, keep their running average.
 *
 * Muon (Jordan et al. 2024) for the matrices of the layers, AdamW (Loshchilov and Hutter 2019) for embedding
 * and norms; or AdamW for all. Muon's update is scaled to the size of AdamW's, so one learning rate serves
 * both (Liu et al. 2025). */
#ifndef MODEL_TRAIN_OPTIMIZER_H
#define MODEL_TRAIN_OPTIMIZER_H

#include "model/train/parameters.h"
#include "model/train/product.h"

struct optimizer_recipe {
    bool muon;
    float momentum, beta1, beta2; /* .95; .9, .95 */
    float decay;                  /* of matrices, per unit of learning rate */
    float clip;                   /* most of the gradient's length; 0: any */
    float average;                /* share of the old average that a step keeps, at most */
};
struct optimizer_recipe optimizer_recipe_default(void);

struct engine;

/* `first` and `second` (runs as long as the weights), `average` and `steps` are the state that a checkpoint
 * keeps. */
struct optimizer {
    const struct parameters *parameters;
    struct engine *engine;
    const struct products *products;
    struct optimizer_recipe recipe;
    float *first, *second, *average;
    uint64_t steps, averaged_from; /* averaged_from: the step at which the average began */
    float *scratch;
    size_t lane_size; /* floats of scratch for one thread */
};

/* The average begins as `weights`. */
struct optimizer *optimizer_new(const struct parameters *parameters, struct engine *engine,
                                const struct products *products, struct optimizer_recipe recipe,
                                const float *weights);
void optimizer_free(struct optimizer *optimizer);
/* Lets the average begin again as `weights`. */
void optimizer_restart_average(struct optimizer *optimizer, const float *weights);
/* Moves weights against the gradient (which it clips) and returns the gradient's length before that. */
double optimizer_step(struct optimizer *optimizer, float *weights, float *gradient, double rate);

#endif
