#include "model/format/plain.h"

#include "model/format/checkpoint.h"

#include <string.h>

static uint32_t bits_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static float float_of(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

uint16_t f16_from_f32(float value)
{
    uint32_t bits = bits_of(value), sign = bits >> 16 & 0x8000, size = bits & 0x7fffffff;
    if (size > 0x7f800000)
        return (uint16_t)(sign | 0x7e00);
    if (size >= 0x477ff000)
        return (uint16_t)(sign | 0x7c00);
    if (size < 0x38800000) {
        float rounded = float_of(size) + 0.5f;
        return (uint16_t)(sign | (bits_of(rounded) - 0x3f000000));
    }
    size += 0xfff + (size >> 13 & 1);
    return (uint16_t)(sign | (size - 0x38000000) >> 13);
}

float f32_from_bf16(uint16_t brain)
{
    return float_of((uint32_t)brain << 16);
}

uint16_t bf16_from_f32(float value)
{
    uint32_t bits = bits_of(value);
    if ((bits & 0x7fffffff) > 0x7f800000)
        return (uint16_t)(bits >> 16 | 0x40);
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

/* Values lie wherever the file put them, so they are read by memcpy. */
#define PLAIN_DECODE(name, type, convert)                                                                    \
    void name(const void *data, int64_t count, float *out)                                                   \
    {                                                                                                        \
        for (int64_t k = 0; k < count; k++) {                                                                \
            type value;                                                                                      \
            memcpy(&value, (const char *)data + (size_t)k * sizeof value, sizeof value);                     \
            out[k] = (convert);                                                                              \
        }                                                                                                    \
    }

PLAIN_DECODE(f32_decode, float, value)
PLAIN_DECODE(f64_decode, double, (float)value)
PLAIN_DECODE(i64_decode, int64_t, (float)value)
PLAIN_DECODE(i32_decode, int32_t, (float)value)
PLAIN_DECODE(u8_decode, uint8_t, value)

#define PLAIN_ENCODE(name, type, convert)                                                                    \
    void name(const float *values, int64_t count, void *data)                                                \
    {                                                                                                        \
        for (int64_t k = 0; k < count; k++) {                                                                \
            type value = (convert);                                                                          \
            memcpy((char *)data + (size_t)k * sizeof value, &value, sizeof value);                           \
        }                                                                                                    \
    }

PLAIN_ENCODE(f32_encode, float, values[k])
PLAIN_ENCODE(f64_encode, double, values[k])
PLAIN_ENCODE(f16_encode, uint16_t, f16_from_f32(values[k]))
PLAIN_ENCODE(bf16_encode, uint16_t, bf16_from_f32(values[k]))
