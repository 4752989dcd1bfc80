/* decode.h - weights of any type as float32, or as levels and scales; the same bits for each instruction set.
 */
#ifndef MODEL_TENSOR_DECODE_H
#define MODEL_TENSOR_DECODE_H

#include "model/format/checkpoint.h"

/* `count` values, whole blocks. */
void decode_base(enum dtype type, const void *data, int64_t count, float *out);
void decode_avx2(enum dtype type, const void *data, int64_t count, float *out);
void decode_avx512(enum dtype type, const void *data, int64_t count, float *out);

/* A type of blocks as levels of one byte: value = scale · (level - offset) - least, with one scale for each
 * `group` values and one least for each 32. */
struct block_form {
    int group, offset;
    bool leasts;
};
/* NULL: the type has no such form. */
const struct block_form *block_form(enum dtype type);
/* `count` values of a type that has a block_form, whole blocks: levels [count], scales [count / group],
 * leasts [count / 32] where the form has them. */
void levels_avx2(enum dtype type, const void *data, int count, uint8_t *levels, float *scales, float *leasts);
void levels_avx512(enum dtype type, const void *data, int count, uint8_t *levels, float *scales,
                   float *leasts);
void levels_scalar(enum dtype type, const void *data, int count, uint8_t *levels, float *scales,
                   float *leasts);

#endif
