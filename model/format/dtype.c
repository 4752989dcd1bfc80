#include "model/format/dtype.h"

#include "model/format/blocks.h"
#include "model/format/plain.h"

#include <string.h>

static const struct dtype_row rows[DTYPE_COUNT] = {
    [DTYPE_F32] = { "F32", 1, 4, f32_decode, f32_encode },
    [DTYPE_F64] = { "F64", 1, 8, f64_decode, f64_encode },
    [DTYPE_F16] = { "F16", 1, 2, f16_decode, f16_encode },
    [DTYPE_BF16] = { "BF16", 1, 2, bf16_decode, bf16_encode },
    [DTYPE_I64] = { "I64", 1, 8, i64_decode, NULL },
    [DTYPE_I32] = { "I32", 1, 4, i32_decode, NULL },
    [DTYPE_U8] = { "U8", 1, 1, u8_decode, NULL },
    [DTYPE_I8] = { "I8", 1, 1, i8_decode, NULL },
    [DTYPE_Q4_0] = { "Q4_0", BLOCK, 18, q4_0_decode, q4_0_encode },
    [DTYPE_Q4_1] = { "Q4_1", BLOCK, 20, q4_1_decode, q4_1_encode },
    [DTYPE_Q5_0] = { "Q5_0", BLOCK, 22, q5_0_decode, q5_0_encode },
    [DTYPE_Q5_1] = { "Q5_1", BLOCK, 24, q5_1_decode, q5_1_encode },
    [DTYPE_Q8_0] = { "Q8_0", BLOCK, 34, q8_0_decode, q8_0_encode },
    [DTYPE_Q2_K] = { "Q2_K", SUPER_BLOCK, 84, q2_k_decode, NULL },
    [DTYPE_Q3_K] = { "Q3_K", SUPER_BLOCK, 110, q3_k_decode, NULL },
    [DTYPE_Q4_K] = { "Q4_K", SUPER_BLOCK, 144, q4_k_decode, NULL },
    [DTYPE_Q5_K] = { "Q5_K", SUPER_BLOCK, 176, q5_k_decode, NULL },
    [DTYPE_Q6_K] = { "Q6_K", SUPER_BLOCK, 210, q6_k_decode, NULL },
    [DTYPE_IQ4_NL] = { "IQ4_NL", BLOCK, 18, iq4_nl_decode, NULL },
    [DTYPE_IQ4_XS] = { "IQ4_XS", SUPER_BLOCK, 136, iq4_xs_decode, NULL },
    [DTYPE_TQ1_0] = { "TQ1_0", SUPER_BLOCK, 54, tq1_0_decode, NULL },
    [DTYPE_TQ2_0] = { "TQ2_0", SUPER_BLOCK, 66, tq2_0_decode, NULL },
};

const struct dtype_row *dtype_row(enum dtype type)
{
    return &rows[type];
}

bool dtype_find(const char *name, enum dtype *type)
{
    for (int k = 0; k < DTYPE_COUNT; k++)
        if (rows[k].name && !strcmp(rows[k].name, name)) {
            *type = (enum dtype)k;
            return true;
        }
    return false;
}

const char *dtype_name(enum dtype type)
{
    return rows[type].name;
}

int dtype_block(enum dtype type)
{
    return rows[type].block;
}

size_t dtype_bytes(enum dtype type, int64_t elements)
{
    return (size_t)(elements / rows[type].block) * (size_t)rows[type].bytes;
}

int64_t tensor_elements(const struct tensor *tensor)
{
    int64_t product = 1;
    for (int k = 0; k < tensor->rank; k++)
        product *= tensor->shape[k];
    return product;
}

void tensor_to_f32(const struct tensor *tensor, int64_t first, int64_t count, float *out)
{
    const char *data = tensor->data;
    rows[tensor->type].decode(data + dtype_bytes(tensor->type, first), count, out);
}
