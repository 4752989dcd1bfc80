/* linear.h - out = activation(x · Wᵀ + bias), the multiplications between rows of activations and a weight.
 *
 * A weight of a small model is repacked once into panels of PANEL outputs, [ceil(rows / PANEL)][cols][PANEL]
 * float32. A large one stays where the checkpoint maps it, in its own type; each tile then makes its panel in
 * scratch memory, which costs little when many rows share it and nothing in exactness: both ways give the
 * same bits. Weights of int8 and of blocks may instead be multiplied in whole numbers (int8.h,
 * block_panel.h), several times as fast: activations are rounded to int8 for it. */
#ifndef MODEL_TENSOR_LINEAR_H
#define MODEL_TENSOR_LINEAR_H

#include "model/tensor/arena.h"
#include "model/tensor/engine.h"
#include "model/tensor/scratch.h"
#include "model/tensor/weight.h"

struct linear {
    struct weight weight;
    float *panels; /* NULL: made tile by tile */
    struct {
        int8_t *panels; /* NULL: not int8 */
        int32_t *sums;  /* [rows, padded to whole panels] */
        float *scales;
        int steps;
    } int8;
    const struct block_form *form; /* computed in blocks, from panels made tile by tile; NULL: not */
    float *bias;                   /* [rows]; NULL: none */
};

/* Working memory of the multiplications of one thread. */
struct linear_work {
    struct engine *engine;
    struct scratch scratch;
    uint8_t *quantised; /* the rows of x of each call that is computed in whole numbers */
    size_t quantised_room;
};
void linear_work_init(struct linear_work *work, struct engine *engine);
void linear_work_free(struct linear_work *work);

/* Repacks `linear->weight` into the arena, as float32 or as the int8 it is (its type must then be DTYPE_I8).
 */
void linear_pack(struct linear *linear, struct arena *arena, struct linear_work *work);
void linear_pack_int8(struct linear *linear, struct arena *arena, struct linear_work *work);
/* Has the weight computed in blocks; false, and nothing has changed: its type or this processor is not for
 * that. */
bool linear_use_blocks(struct linear *linear, const struct linear_work *work);

enum activation {
    LINEAR_PLAIN,
    LINEAR_SILU,
    LINEAR_GELU_TANH,
    LINEAR_GELU_ERF,
    LINEAR_RELU_SQUARED,
    LINEAR_TANH,
};

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
void linear_run(struct linear_work *work, const struct linear_call *calls, int count);

#endif
