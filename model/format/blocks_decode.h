/* blocks_decode.h - how the types of weights are read, written once: blocks.c includes it for every
 * processor, tensor/decode_*.c once more for each instruction set. Before it, DECODE(name) is defined as the
 * head of a function up to its arguments. The inner loops are what compilers make vectors of; each value is
 * one chain of float32 operations in the order of ggml's reference code, whatever the instruction set (never
 * fused). */
#include "model/format/blocks.h"

#include <string.h>

static inline float half_value(uint16_t half)
{
    uint32_t rest = (uint32_t)(half & 0x7fff) << 13, bits;
    float value;
    memcpy(&value, &rest, sizeof value);
    value *= 0x1p112f;
    memcpy(&bits, &value, sizeof bits);
    bits = rest >= 31u << 23 ? rest | 0x7f800000 : bits;
    bits |= (uint32_t)(half & 0x8000) << 16;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline float half_at(const uint8_t *at)
{
    return half_value((uint16_t)(at[0] | at[1] << 8));
}

/* ---- one value after the other */

DECODE(f16)(const void *restrict data, int64_t count, float *restrict out)
{
    for (int64_t k = 0; k < count; k++) {
        uint16_t half;
        memcpy(&half, (const char *)data + k * 2, sizeof half);
        out[k] = half_value(half);
    }
}

DECODE(bf16)(const void *restrict data, int64_t count, float *restrict out)
{
    for (int64_t k = 0; k < count; k++) {
        uint16_t brain;
        memcpy(&brain, (const char *)data + k * 2, sizeof brain);
        uint32_t bits = (uint32_t)brain << 16;
        memcpy(&out[k], &bits, sizeof bits);
    }
}

DECODE(i8)(const void *restrict data, int64_t count, float *restrict out)
{
    const int8_t *values = data;
    for (int64_t k = 0; k < count; k++)
        out[k] = values[k];
}

/* ---- blocks of 32 values with one scale */

DECODE(q4_0)(const void *restrict data, int64_t count, float *restrict out)
{
    const uint8_t *block = data;
    for (int64_t k = 0; k < count; k += BLOCK, block += 18) {
        float scale = half_at(block);
        for (int j = 0; j < 16; j++) {
            out[k + j] = (float)((block[2 + j] & 15) - 8) * scale;
            out[k + j + 16] = (float)((block[2 + j] >> 4) - 8) * scale;
        }
    }
}

DECODE(q4_1)(const void *restrict data, int64_t count, float *restrict out)
{
    const uint8_t *block = data;
    for (int64_t k = 0; k < count; k += BLOCK, block += 20) {
        float scale = half_at(block), least = half_at(block + 2);
        for (int j = 0; j < 16; j++) {
            out[k + j] = (float)(block[4 + j] & 15) * scale + least;
            out[k + j + 16] = (float)(block[4 + j] >> 4) * scale + least;
        }
    }
}

static inline uint32_t word_at(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

DECODE(q5_0)(const void *restrict data, int64_t count, float *restrict out)
{
    const uint8_t *block = data;
    for (int64_t k = 0; k < count; k += BLOCK, block += 22) {
        float scale = half_at(block);
        uint32_t high = word_at(block + 2);
        for (int j = 0; j < 16; j++) {
            int low = (block[6 + j] & 15) | (int)(high >> j << 4 & 16),
                top = block[6 + j] >> 4 | (int)(high >> (j + 12) & 16);
            out[k + j] = (float)(low - 16) * scale;
            out[k + j + 16] = (float)(top - 16) * scale;
        }
    }
}

DECODE(q5_1)(const void *restrict data, int64_t count, float *restrict out)
{
    const uint8_t *block = data;
    for (int64_t k = 0; k < count; k += BLOCK, block += 24) {
        float scale = half_at(block), least = half_at(block + 2);
        uint32_t high = word_at(block + 4);
        for (int j = 0; j < 16; j++) {
            int low = (block[8 + j] & 15) | (int)(high >> j << 4 & 16),
                top = block[8 + j] >> 4 | (int)(high >> (j + 12) & 16);
            out[k + j] = (float)low * scale + least;
            out[k + j + 16] = (float)top * scale + least;
        }
    }
}

DECODE(q8_0)(const void *restrict data, int64_t count, float *restrict out)
{
    const uint8_t *block = data;
    for (int64_t k = 0; k < count; k += BLOCK, block += 34) {
        float scale = half_at(block);
        const int8_t *values = (const int8_t *)block + 2;
        for (int j = 0; j < BLOCK; j++)
            out[k + j] = (float)values[j] * scale;
    }
}

/* ---- IQ4: sixteen uneven levels */

static inline void levels_decode(const uint8_t *nibbles, float scale, float *restrict out)
{
    static const int8_t levels[16] = { -127, -104, -83, -65, -49, -35, -22, -10,
                                       1,    13,   25,  38,  53,  69,  89,  113 };
    for (int j = 0; j < 16; j++) {
        out[j] = scale * (float)levels[nibbles[j] & 15];
        out[j + 16] = scale * (float)levels[nibbles[j] >> 4];
    }
}

DECODE(iq4_nl)(const void *restrict data, int64_t count, float *restrict out)
{
    const uint8_t *block = data;
    for (int64_t k = 0; k < count; k += BLOCK, block += 18)
        levels_decode(block + 2, half_at(block), out + k);
}

DECODE(iq4_xs)(const void *restrict data, int64_t count, float *restrict out)
{
    const uint8_t *block = data;
    for (int64_t k = 0; k < count; k += SUPER_BLOCK, block += 136) {
        float scale = half_at(block);
        int high = block[2] | block[3] << 8;
        for (int part = 0; part < 8; part++) {
            int low = block[4 + part / 2] >> 4 * (part % 2) & 15;
            int own = low | (high >> 2 * part & 3) << 4;
            levels_decode(block + 8 + 16 * part, scale * (float)(own - 32), out + k + 32 * part);
        }
    }
}

/* ---- super-blocks of 256 values: scales of scales */

/* 16 scales, 64 bytes of 2 bits, two halves. */
DECODE(q2_k)(const void *restrict data, int64_t count, float *restrict out)
{
    const uint8_t *block = data;
    for (int64_t k = 0; k < count; k += SUPER_BLOCK, block += 84) {
        float scale = half_at(block + 80), least = half_at(block + 82);
        for (int part = 0; part < 16; part++) {
            const uint8_t *bits = block + 16 + part / 8 * 32 + part % 2 * 16;
            int shift = part % 8 / 2 * 2;
            float own = scale * (float)(block[part] & 15), low = least * (float)(block[part] >> 4);
            for (int j = 0; j < 16; j++)
                out[k + 16 * part + j] = own * (float)(bits[j] >> shift & 3) - low;
        }
    }
}

/* The twelve bytes of Q3_K hold sixteen scales: four low bits in the first eight, two high bits in the last
 * four. */
static inline int q3_k_scale(const uint8_t *scales, int part)
{
    int low = part < 8 ? scales[part] & 15 : scales[part - 8] >> 4;
    int high = scales[8 + part % 4] >> (part / 4 * 2) & 3;
    return (low | high << 4) - 32;
}

/* 32 bytes of high bits, 64 bytes of 2 bits, 12 of scales, one half. */
DECODE(q3_k)(const void *restrict data, int64_t count, float *restrict out)
{
    const uint8_t *block = data;
    for (int64_t k = 0; k < count; k += SUPER_BLOCK, block += 110) {
        float scale = half_at(block + 108);
        for (int part = 0; part < 16; part++) {
            const uint8_t *high = block + part % 2 * 16, *bits = block + 32 + part / 8 * 32 + part % 2 * 16;
            int shift = part % 8 / 2 * 2, bit = part / 2;
            float own = scale * (float)q3_k_scale(block + 96, part);
            for (int j = 0; j < 16; j++)
                out[k + 16 * part + j] = own * (float)((bits[j] >> shift & 3) + 4 * (high[j] >> bit & 1) - 4);
        }
    }
}

/* Eight scales and eight minima of 6 bits in twelve bytes. */
static inline void scale_and_least(const uint8_t *packed, int part, int *scale, int *least)
{
    if (part < 4) {
        *scale = packed[part] & 63;
        *least = packed[part + 4] & 63;
    } else {
        *scale = (packed[part + 4] & 15) | packed[part - 4] >> 6 << 4;
        *least = packed[part + 4] >> 4 | packed[part] >> 6 << 4;
    }
}

/* Two halves, 12 bytes of scales, 128 of 4 bits. */
DECODE(q4_k)(const void *restrict data, int64_t count, float *restrict out)
{
    const uint8_t *block = data;
    for (int64_t k = 0; k < count; k += SUPER_BLOCK, block += 144) {
        float scale = half_at(block), least = half_at(block + 2);
        for (int part = 0; part < 8; part++) {
            const uint8_t *nibbles = block + 16 + part / 2 * 32;
            int own, low, shift = part % 2 * 4;
            scale_and_least(block + 4, part, &own, &low);
            float step = scale * (float)own, base = least * (float)low;
            for (int j = 0; j < 32; j++)
                out[k + 32 * part + j] = step * (float)(nibbles[j] >> shift & 15) - base;
        }
    }
}

/* The same with 32 bytes of fifth bits before the last. */
DECODE(q5_k)(const void *restrict data, int64_t count, float *restrict out)
{
    const uint8_t *block = data;
    for (int64_t k = 0; k < count; k += SUPER_BLOCK, block += 176) {
        float scale = half_at(block), least = half_at(block + 2);
        for (int part = 0; part < 8; part++) {
            const uint8_t *nibbles = block + 48 + part / 2 * 32, *fifth = block + 16;
            int own, low, shift = part % 2 * 4;
            scale_and_least(block + 4, part, &own, &low);
            float step = scale * (float)own, base = least * (float)low;
            for (int j = 0; j < 32; j++) {
                int value = (nibbles[j] >> shift & 15) + 16 * (fifth[j] >> part & 1);
                out[k + 32 * part + j] = step * (float)value - base;
            }
        }
    }
}

/* 128 bytes of 4 low bits, 64 of 2 high bits, 16 scales, one half. */
DECODE(q6_k)(const void *restrict data, int64_t count, float *restrict out)
{
    const uint8_t *block = data;
    for (int64_t k = 0; k < count; k += SUPER_BLOCK, block += 210) {
        float scale = half_at(block + 208);
        const int8_t *scales = (const int8_t *)block + 192;
        for (int part = 0; part < 16; part++) {
            int side = part / 8, quarter = part % 8 / 2, first = part % 2 * 16;
            const uint8_t *low = block + 64 * side + quarter % 2 * 32 + first;
            const uint8_t *high = block + 128 + 32 * side + first;
            int low_shift = quarter / 2 * 4, high_shift = 2 * quarter;
            float own = scale * (float)scales[part];
            for (int j = 0; j < 16; j++) {
                int value = (low[j] >> low_shift & 15) | (high[j] >> high_shift & 3) << 4;
                out[k + 16 * part + j] = own * (float)(value - 32);
            }
        }
    }
}

/* ---- ternary: -1, 0, 1 */

/* The trits at one place of some bytes. */
static inline void trits_decode(const uint8_t *packed, int count, int place, float scale, float *restrict out)
{
    static const uint8_t powers[] = { 1, 3, 9, 27, 81 };
    for (int j = 0; j < count; j++) {
        uint8_t moved = (uint8_t)(packed[j] * powers[place]);
        out[j] = (float)((moved * 3 >> 8) - 1) * scale;
    }
}

/* 48 bytes of five trits, 4 bytes of four, one half. */
DECODE(tq1_0)(const void *restrict data, int64_t count, float *restrict out)
{
    const uint8_t *block = data;
    for (int64_t k = 0; k < count; k += SUPER_BLOCK, block += 54) {
        float scale = half_at(block + 52);
        for (int place = 0; place < 5; place++) {
            trits_decode(block, 32, place, scale, out + k + 32 * place);
            trits_decode(block + 32, 16, place, scale, out + k + 160 + 16 * place);
        }
        for (int place = 0; place < 4; place++)
            trits_decode(block + 48, 4, place, scale, out + k + 240 + 4 * place);
    }
}

/* 64 bytes of 2 bits, one half. */
DECODE(tq2_0)(const void *restrict data, int64_t count, float *restrict out)
{
    const uint8_t *block = data;
    for (int64_t k = 0; k < count; k += SUPER_BLOCK, block += 66) {
        float scale = half_at(block + 64);
        for (int part = 0; part < 8; part++)
            for (int j = 0; j < 32; j++)
                out[k + 32 * part + j] = (float)((block[part / 4 * 32 + j] >> part % 4 * 2 & 3) - 1) * scale;
    }
}
