/* parameters.h - the weights of a network in training: one run of float32, cut into named tensors.
 *
 *     embed_tokens [vocabulary, width]
 *     per layer: input_layernorm, q k v (one matrix [3·width, width]), o, post_attention_layernorm, gate up
 * (one matrix [2·inner, width]), down [width, inner] norm, embed_time [levels, width]
 *
 * Where rows are vectors, projections and the time's mlp stand around the layers, named as in Diffusion-LM.
 *
 * Gradients, averaged weights and the optimizer's state are runs of the same length. Tensors are named as in
 * LLaMA. */
#ifndef MODEL_TRAIN_PARAMETERS_H
#define MODEL_TRAIN_PARAMETERS_H

#include "model/base/error.h"
#include "model/format/checkpoint.h"

#include <stddef.h>
#include <stdint.h>

struct shape {
    int vocabulary, width, layers, heads, inner;
    int vector_width, vector_in; /* of a token's vector, and of what a row reads; 0: rows are tokens */
    bool codes;        /* vectors are bits of the tokens' numbers: no embedding, no rounding logits */
    int time_features; /* sines and cosines of the time, where rows are vectors */
    int time_levels;   /* rows of a table that is added to every place of a row by its time; 0: no time */
};

/* Presets "tiny", "small" (2.7M parameters in the layers), "cpu" (10M parameters with 8,192 pieces), "gpu"
 * (40M with 16,384); vocabulary 0. NULL: no such name. */
const struct shape *shape_preset(const char *name);
/* false: error says which number does not fit (head widths must be even, sizes positive and moderate). */
bool shape_check(const struct shape *shape, struct lacuna_error *error);

struct parameter {
    char name[64];
    int rows, cols; /* a norm has 1 row */
    size_t offset;
    bool matrix; /* weight of a linear layer: Muon's, and decayed */
    float first; /* what it begins with: 1 row: its value; else the spread of a normal distribution */
};

struct layer_offsets {
    size_t attention_norm, qkv, out, inner_norm, both, down;
};

/* A matrix [outputs, inputs] and its bias. */
struct linear_offsets {
    size_t weight, bias;
};

/* Where rows are vectors (the ends are Diffusion-LM's): first and second of both projections and of the time.
 */
struct vector_offsets {
    struct linear_offsets in[2], time[2], out[2];
    size_t bias; /* of the rounding logits, [vocabulary] */
};

struct parameters {
    struct shape shape;
    struct parameter *at;
    int count;
    size_t size;                        /* floats in a run */
    size_t embedding, last_norm, times; /* times: where there are levels */
    struct layer_offsets *layers;
    struct vector_offsets vectors;
};

struct parameters *parameters_new(const struct shape *shape);
void parameters_free(struct parameters *parameters);
/* A zeroed run, 64-byte aligned; free() it. NULL: out of memory. */
float *parameters_run(const struct parameters *parameters);
/* Normal(0, 0.02), the matrices that write into the residual stream divided by sqrt(2·layers), norms 1;
 * vectors of tokens normal(0, 1), their projections by their width, biases 0. */
void parameters_initialise(const struct parameters *parameters, float *run, uint64_t seed);
/* Reads every tensor, int8 ones with their scales, from a model folder or file. false: one is missing or has
 * another shape. */
bool parameters_load(const struct parameters *parameters, float *run, const struct checkpoint *checkpoint,
                     struct lacuna_error *error);
/* Reads the tensors that the checkpoint has in the same shape; the others stay as they are. */
void parameters_adopt(const struct parameters *parameters, float *run, const struct checkpoint *checkpoint);
/* The shape that a checkpoint's config.json describes. */
bool shape_read(struct shape *shape, const struct checkpoint *checkpoint, struct lacuna_error *error);

#endif
