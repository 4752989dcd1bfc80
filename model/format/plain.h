/* plain.h - the types that hold one value after the other (little-endian). */
#ifndef MODEL_FORMAT_PLAIN_H
#define MODEL_FORMAT_PLAIN_H

#include <stdint.h>

void f32_decode(const void *data, int64_t count, float *out);
void f64_decode(const void *data, int64_t count, float *out);
void f16_decode(const void *data, int64_t count, float *out);
void bf16_decode(const void *data, int64_t count, float *out);
void i64_decode(const void *data, int64_t count, float *out);
void i32_decode(const void *data, int64_t count, float *out);
void u8_decode(const void *data, int64_t count, float *out);
void i8_decode(const void *data, int64_t count, float *out);
void f32_encode(const float *values, int64_t count, void *data);
void f64_encode(const float *values, int64_t count, void *data);
void f16_encode(const float *values, int64_t count, void *data);
void bf16_encode(const float *values, int64_t count, void *data);

#endif
