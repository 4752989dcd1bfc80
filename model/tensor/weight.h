/* weight.h - rows of a matrix as it lies in a checkpoint, of whatever type, as float32.
 *
 * A weight may be some rows of a larger tensor (a fused q, k, v), and an int8 tensor has one scale a row in a
 * tensor of its own: value = scale[row] * int8. */
#ifndef MODEL_TENSOR_WEIGHT_H
#define MODEL_TENSOR_WEIGHT_H

#include "model/format/checkpoint.h"
#include "model/tensor/arena.h"

struct weight {
    const struct tensor *tensor; /* [rows of the tensor, cols]; NULL: there is no such weight */
    const struct tensor *scale;  /* [rows of the tensor], float32; NULL: none */
    int first, rows, cols;       /* rows [first, first + rows) of the tensor */
    bool transposed;             /* the tensor lies as [cols, rows of the tensor] */
};

/* The tensor `name` [rows, cols] and, where that is int8, its scale: "….weight" has "….scale". */
bool weight_find(struct weight *weight, const struct checkpoint *checkpoint, const char *name, int rows,
                 int cols, struct lacuna_error *error);
/* The same of a tensor that lies as [cols, rows], as GPT-2's do; only linear.h reads it. */
bool weight_find_transposed(struct weight *weight, const struct checkpoint *checkpoint, const char *name,
                            int rows, int cols, struct lacuna_error *error);
/* Rows [first, first + count) of the weight, row-major into out [count, cols]. */
void weight_read(const struct weight *weight, int first, int count, float *out);
/* "….weight" with another ending: name_with("a.weight", "bias", …) is "a.bias". */
void name_with(const char *name, const char *ending, char *out, size_t size);
/* A vector of `count` values as float32 in the arena; NULL: error, as where one of them is not finite. */
float *vector_read(const struct checkpoint *checkpoint, const char *name, int count, struct arena *arena,
                   struct lacuna_error *error);

#endif
