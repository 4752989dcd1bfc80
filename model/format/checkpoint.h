/* checkpoint.h - the named tensors of a model on disk, mapped and never copied whole.
 *
 * A checkpoint is a folder in the Hugging Face layout (config.json, tokenizer.json, model.safetensors or
 * shards with model.safetensors.index.json) or one file. Its readers (safetensors.c, …) check every size,
 * offset, type, count and shape before a tensor is handed out, so whoever uses a tensor may trust shape and
 * data. */
#ifndef MODEL_FORMAT_CHECKPOINT_H
#define MODEL_FORMAT_CHECKPOINT_H

#include "model/base/error.h"

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

enum dtype {
    DTYPE_F32,
    DTYPE_F64,
    DTYPE_F16,
    DTYPE_BF16,
    DTYPE_I64,
    DTYPE_I32,
    DTYPE_U8,
    DTYPE_I8,
    /* block-quantised rows, as GGUF stores them */
    DTYPE_Q4_0,
    DTYPE_Q4_1,
    DTYPE_Q5_0,
    DTYPE_Q5_1,
    DTYPE_Q8_0,
    DTYPE_Q2_K,
    DTYPE_Q3_K,
    DTYPE_Q4_K,
    DTYPE_Q5_K,
    DTYPE_Q6_K,
    DTYPE_IQ4_NL,
    DTYPE_IQ4_XS,
    DTYPE_TQ1_0,
    DTYPE_TQ2_0,
    DTYPE_COUNT,
};

enum { TENSOR_RANK_MAX = 8 };

/* Row-major, leading dimension first; a quantised tensor's rows are whole blocks along the last dimension. */
struct tensor {
    const char *name;
    enum dtype type;
    int rank;                       /* 0…8 */
    int64_t shape[TENSOR_RANK_MAX]; /* 1 beyond rank */
    const void *data;               /* borrowed from the mapping */
    size_t size;                    /* bytes, exactly what shape and type need */
};

struct checkpoint;

/* A folder or file. A folder's weights are model.safetensors, else the shards of
 * model.safetensors.index.json, else the only file that a reader knows. NULL: error names the file, the place
 * in it and the reason. */
struct checkpoint *checkpoint_open(const char *path, struct lacuna_error *error);
void checkpoint_close(struct checkpoint *checkpoint); /* NULL is fine */

const char *checkpoint_path(const struct checkpoint *checkpoint);
/* config.json, or the same keys as a GGUF file states them; borrowed, never NULL (an empty object where there
 * is none). */
const json_t *checkpoint_config(const struct checkpoint *checkpoint);
/* "safetensors", "GGUF", … */
const char *checkpoint_format(const struct checkpoint *checkpoint);
size_t checkpoint_count(const struct checkpoint *checkpoint);
/* By position, in order of name. */
const struct tensor *checkpoint_at(const struct checkpoint *checkpoint, size_t index);
/* NULL where there is none. */
const struct tensor *checkpoint_find(const struct checkpoint *checkpoint, const char *name);
/* The tensor of that name and shape (rank 1: cols 0), or an error that says what was found instead. */
const struct tensor *checkpoint_need(const struct checkpoint *checkpoint, const char *name, int64_t rows,
                                     int64_t cols, struct lacuna_error *error);

int64_t tensor_elements(const struct tensor *tensor);
/* Values [first, first + count) of a tensor of any type as float32; first and count are whole blocks. */
void tensor_to_f32(const struct tensor *tensor, int64_t first, int64_t count, float *out);
/* "F32", "Q4_K", … */
const char *dtype_name(enum dtype type);
/* Values in a block (1 for plain types). */
int dtype_block(enum dtype type);
/* Bytes of `elements` values (whole blocks). */
size_t dtype_bytes(enum dtype type, int64_t elements);
float f32_from_f16(uint16_t half);
float f32_from_bf16(uint16_t brain);
/* Rounded to the nearest, ties to even. */
uint16_t f16_from_f32(float value);
uint16_t bf16_from_f32(float value);

/* Write a safetensors file (atomically: temporary name, fsync, rename). Plain types alone. `metadata` (an
 * object of strings) may be NULL. Tensors are laid out in the order given, without gaps: the wider types
 * first keeps them aligned. */
bool safetensors_write(const char *path, const struct tensor *tensors, size_t count, const json_t *metadata,
                       struct lacuna_error *error);
/* What comes before the data, which the caller then writes in the order of the tensors (whose `data` are not
 * read). */
bool safetensors_head(FILE *stream, const char *name, const struct tensor *tensors, size_t count,
                      const json_t *metadata, struct lacuna_error *error);
/* The same bytes to a stream, whose write errors are the caller's to look at; `name` is for messages. */
bool safetensors_print(FILE *stream, const char *name, const struct tensor *tensors, size_t count,
                       const json_t *metadata, struct lacuna_error *error);

#endif
