#include "model/format/dtype.h"

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
