/* decode_vector.h - format/blocks_decode.h for one instruction set; included by decode_avx2.c and
 * decode_avx512.c after defining DECODER, the name of the function. */
#define DECODE(name) static void name##_decode_here
#include "model/format/blocks_decode.h"
#include "model/tensor/decode.h"

void DECODER(enum dtype type, const void *data, int64_t count, float *out)
{
    static void (*const decoders[DTYPE_COUNT])(const void *, int64_t, float *) = {
        [DTYPE_F16] = f16_decode_here,       [DTYPE_BF16] = bf16_decode_here,
        [DTYPE_I8] = i8_decode_here,         [DTYPE_Q4_0] = q4_0_decode_here,
        [DTYPE_Q4_1] = q4_1_decode_here,     [DTYPE_Q5_0] = q5_0_decode_here,
        [DTYPE_Q5_1] = q5_1_decode_here,     [DTYPE_Q8_0] = q8_0_decode_here,
        [DTYPE_Q2_K] = q2_k_decode_here,     [DTYPE_Q3_K] = q3_k_decode_here,
        [DTYPE_Q4_K] = q4_k_decode_here,     [DTYPE_Q5_K] = q5_k_decode_here,
        [DTYPE_Q6_K] = q6_k_decode_here,     [DTYPE_IQ4_NL] = iq4_nl_decode_here,
        [DTYPE_IQ4_XS] = iq4_xs_decode_here, [DTYPE_TQ1_0] = tq1_0_decode_here,
        [DTYPE_TQ2_0] = tq2_0_decode_here,
    };
    if (decoders[type])
        decoders[type](data, count, out);
    else
        decode_base(type, data, count, out);
}
