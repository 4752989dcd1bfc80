/* vector_runs.h - steps and loops of processes of vectors, by the product's own process and loop, with the
 * numbers that the original drew. */
#ifndef MODEL_VERIFY_VECTOR_RUNS_H
#define MODEL_VERIFY_VECTOR_RUNS_H

#include "model/diffusion/denoise.h"
#include "model/diffusion/vectors.h"
#include "model/verify/expect.h"

/* One canvas of a case: of a batch of `batch`, number `row`. Numbers are [batch, size, width] in the arrays.
 */
struct vector_run {
    const struct denoise *denoise; /* process, vectors, network or predict, steps */
    const int32_t *ids;            /* [size]; NULL: all zero */
    const int32_t *open;           /* [size] 1 = to generate; NULL: all */
    const double *noise;           /* [batch, size, width] the latents at the start */
    const double *step_noise;      /* [steps, batch, size, width]; NULL: none */
    size_t batch, row, size, width;
    const void *parameters; /* of denoise->predict */
    float *before;          /* [steps, batch, size, width] latents before each step; NULL: not wanted */
    float *after;           /* the same after each step */
    float *start;           /* [batch, size, width] x_0 as last predicted; NULL: not wanted */
};

/* What denoise->user is during a run. */
struct vector_recorder {
    const struct vector_run *run;
    size_t numbers; /* of one canvas */
};

bool vector_run(const struct vector_run *run, struct lacuna_error *error);

#endif
