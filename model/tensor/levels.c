#define DECODE(name) static inline void name##_decode_here
#include "model/format/blocks_decode.h"

#define LEVELLER levels_scalar
#include "model/tensor/levels_vector.h"

const struct block_form *block_form(enum dtype type)
{
    static const struct block_form forms[DTYPE_COUNT] = {
        [DTYPE_Q4_0] = { 32, 8, false },     [DTYPE_Q4_1] = { 32, 0, true },
        [DTYPE_Q5_0] = { 32, 16, false },    [DTYPE_Q5_1] = { 32, 0, true },
        [DTYPE_Q8_0] = { 32, 128, false },   [DTYPE_Q3_K] = { 16, 4, false },
        [DTYPE_Q4_K] = { 32, 0, true },      [DTYPE_Q5_K] = { 32, 0, true },
        [DTYPE_Q6_K] = { 16, 32, false },    [DTYPE_IQ4_NL] = { 32, 128, false },
        [DTYPE_IQ4_XS] = { 32, 128, false },
    };
    return forms[type].group ? &forms[type] : NULL;
}
