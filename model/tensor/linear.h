/* linear.h - out = activation(x · Wᵀ + bias), the multiplications between rows of activations and a weight.
 *
 * A weight of a small model is repacked once into panels of PANEL outputs, [ceil(rows / PANEL)][cols][PANEL]
 * float32. A large one stays where the checkpoint maps it, in its own type; each tile then makes its panel in
 * scratch memory, which costs little when many rows share it and nothing in exactness: both ways give the
 * same bits. */
#ifndef MODEL_TENSOR_LINEAR_H
#define MODEL_TENSOR_LINEAR_H

#include "model/tensor/engine.h"
#include "model/tensor/scratch.h"
#include "model/tensor/weight.h"

struct linear {
    struct weight weight;
    float *panels; /* own; NULL: made tile by tile */
    float *bias;   /* [rows], own; NULL: none */
};

/* Repacks `linear->weight`; bias and panels are then the linear's own. */
void linear_pack(struct linear *linear, struct engine *engine);
void linear_free(struct linear *linear);

enum activation { LINEAR_PLAIN, LINEAR_SILU, LINEAR_GELU_TANH, LINEAR_GELU_ERF, LINEAR_RELU_SQUARED };

/* out [m, rows] = activation(x · Wᵀ + bias), times what `times` gives for the same x where that is set
 * (SwiGLU), times `gate` [rows] where that is set; added to out if `accumulate`. Strides in floats. */
struct linear_call {
    const struct linear *linear;
    const struct linear *times;
    const float *x;
    size_t x_stride;
    int m;
    float *out;
    size_t out_stride;
    enum activation activation;
    const float *gate;
    bool accumulate;
};

/* All calls in one job of the engine; no call may read what another writes. */
void linear_run(struct engine *engine, struct scratch *scratch, const struct linear_call *calls, int count);

#endif
