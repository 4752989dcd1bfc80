/* decode.h - weights of any type as float32, the same bits for each instruction set. */
#ifndef MODEL_TENSOR_DECODE_H
#define MODEL_TENSOR_DECODE_H

#include "model/format/checkpoint.h"

/* `count` values, whole blocks. */
void decode_base(enum dtype type, const void *data, int64_t count, float *out);
void decode_avx2(enum dtype type, const void *data, int64_t count, float *out);
void decode_avx512(enum dtype type, const void *data, int64_t count, float *out);

#endif
