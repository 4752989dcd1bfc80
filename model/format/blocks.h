/* blocks.h - block-quantised rows as GGUF stores them: read all, write those that convert offers.
 * Each value is one chain of float32 operations, in the order of ggml's reference code, so results are equal
 * bit for bit. */
#ifndef MODEL_FORMAT_BLOCKS_H
#define MODEL_FORMAT_BLOCKS_H

#include <stdint.h>

enum { BLOCK = 32, SUPER_BLOCK = 256 };

void q4_0_decode(const void *data, int64_t count, float *out);
void q4_1_decode(const void *data, int64_t count, float *out);
void q5_0_decode(const void *data, int64_t count, float *out);
void q5_1_decode(const void *data, int64_t count, float *out);
void q8_0_decode(const void *data, int64_t count, float *out);
void q2_k_decode(const void *data, int64_t count, float *out);
void q3_k_decode(const void *data, int64_t count, float *out);
void q4_k_decode(const void *data, int64_t count, float *out);
void q5_k_decode(const void *data, int64_t count, float *out);
void q6_k_decode(const void *data, int64_t count, float *out);
void iq4_nl_decode(const void *data, int64_t count, float *out);
void iq4_xs_decode(const void *data, int64_t count, float *out);
void tq1_0_decode(const void *data, int64_t count, float *out);
void tq2_0_decode(const void *data, int64_t count, float *out);
void q4_0_encode(const float *values, int64_t count, void *data);
void q4_1_encode(const float *values, int64_t count, void *data);
void q5_0_encode(const float *values, int64_t count, void *data);
void q5_1_encode(const float *values, int64_t count, void *data);
void q8_0_encode(const float *values, int64_t count, void *data);

#endif
