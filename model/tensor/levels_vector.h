/* levels_vector.h - format/blocks_levels.h for one instruction set, behind format/blocks_decode.h; included
 * after defining LEVELLER, the name of the function. */
#define LEVELS(name) static void name##_levels_here
#include "model/format/blocks_levels.h"
#include "model/tensor/decode.h"

void LEVELLER(enum dtype type, const void *data, int count, uint8_t *levels, float *scales, float *leasts)
{
    static void (*const levellers[DTYPE_COUNT])(const uint8_t *, int, uint8_t *, float *, float *) = {
        [DTYPE_Q4_0] = q4_0_levels_here,     [DTYPE_Q4_1] = q4_1_levels_here,
        [DTYPE_Q5_0] = q5_0_levels_here,     [DTYPE_Q5_1] = q5_1_levels_here,
        [DTYPE_Q8_0] = q8_0_levels_here,     [DTYPE_Q3_K] = q3_k_levels_here,
        [DTYPE_Q4_K] = q4_k_levels_here,     [DTYPE_Q5_K] = q5_k_levels_here,
        [DTYPE_Q6_K] = q6_k_levels_here,     [DTYPE_IQ4_NL] = iq4_nl_levels_here,
        [DTYPE_IQ4_XS] = iq4_xs_levels_here,
    };
    levellers[type](data, count, levels, scales, leasts);
}
