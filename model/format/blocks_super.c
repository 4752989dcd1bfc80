/* Super-blocks of 256 values: scales of scales. */
#include "model/format/blocks.h"
#include "model/format/checkpoint.h"

static float half_at(const uint8_t *at)
{
    return f32_from_f16((uint16_t)(at[0] | at[1] << 8));
}

/* 16 scales, 64 bytes of 2 bits, two halves. */
void q2_k_decode(const void *data, int64_t count, float *out)
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
static int q3_k_scale(const uint8_t *scales, int part)
{
    int low = part < 8 ? scales[part] & 15 : scales[part - 8] >> 4;
    int high = scales[8 + part % 4] >> (part / 4 * 2) & 3;
    return (low | high << 4) - 32;
}

/* 32 bytes of high bits, 64 bytes of 2 bits, 12 of scales, one half. */
void q3_k_decode(const void *data, int64_t count, float *out)
{
    const uint8_t *block = data;
    for (int64_t k = 0; k < count; k += SUPER_BLOCK, block += 110) {
        float scale = half_at(block + 108);
        for (int part = 0; part < 16; part++) {
            const uint8_t *high = block + part % 2 * 16, *bits = block + 32 + part / 8 * 32 + part % 2 * 16;
            int shift = part % 8 / 2 * 2, mask = 1 << part / 2;
            float own = scale * (float)q3_k_scale(block + 96, part);
            for (int j = 0; j < 16; j++)
                out[k + 16 * part + j] = own * (float)((bits[j] >> shift & 3) - (high[j] & mask ? 0 : 4));
        }
    }
}

/* Eight scales and eight minima of 6 bits in twelve bytes. */
static void scale_and_least(const uint8_t *packed, int part, int *scale, int *least)
{
    if (part < 4) {
        *scale = packed[part] & 63;
        *least = packed[part + 4] & 63;
    } else {
        *scale = (packed[part + 4] & 15) | packed[part - 4] >> 6 << 4;
        *least = packed[part + 4] >> 4 | packed[part] >> 6 << 4;
    }
}

/* Q4_K: two halves, 12 bytes of scales, 128 of 4 bits. Q5_K has 32 bytes of fifth bits before the last. */
static void k_decode(const uint8_t *block, const uint8_t *fifth, const uint8_t *nibbles, float *out)
{
    float scale = half_at(block), least = half_at(block + 2);
    for (int part = 0; part < 8; part++) {
        int own, low;
        scale_and_least(block + 4, part, &own, &low);
        float step = scale * (float)own, base = least * (float)low;
        for (int j = 0; j < 32; j++) {
            int value = nibbles[part / 2 * 32 + j] >> part % 2 * 4 & 15;
            if (fifth && fifth[j] >> part & 1)
                value += 16;
            out[32 * part + j] = step * (float)value - base;
        }
    }
}

void q4_k_decode(const void *data, int64_t count, float *out)
{
    const uint8_t *block = data;
    for (int64_t k = 0; k < count; k += SUPER_BLOCK, block += 144)
        k_decode(block, 0, block + 16, out + k);
}

void q5_k_decode(const void *data, int64_t count, float *out)
{
    const uint8_t *block = data;
    for (int64_t k = 0; k < count; k += SUPER_BLOCK, block += 176)
        k_decode(block, block + 16, block + 48, out + k);
}

/* 128 bytes of 4 low bits, 64 of 2 high bits, 16 scales, one half. */
void q6_k_decode(const void *data, int64_t count, float *out)
{
    const uint8_t *block = data;
    for (int64_t k = 0; k < count; k += SUPER_BLOCK, block += 210) {
        float scale = half_at(block + 208);
        const int8_t *scales = (const int8_t *)block + 192;
        for (int at = 0; at < SUPER_BLOCK; at++) {
            int side = at / 128, quarter = at % 128 / 32, j = at % 32;
            int low = block[64 * side + quarter % 2 * 32 + j] >> quarter / 2 * 4 & 15;
            int high = block[128 + 32 * side + j] >> 2 * quarter & 3;
            out[k + at] = scale * (float)scales[at / 16] * (float)((low | high << 4) - 32);
        }
    }
}

/* ---- ternary: -1, 0, 1 */

static float trit(uint8_t packed, int place)
{
    static const uint8_t powers[] = { 1, 3, 9, 27, 81 };
    uint8_t moved = (uint8_t)(packed * powers[place]);
    return (float)((moved * 3 >> 8) - 1);
}

/* 48 bytes of five trits, 4 bytes of four, one half. */
void tq1_0_decode(const void *data, int64_t count, float *out)
{
    const uint8_t *block = data;
    for (int64_t k = 0; k < count; k += SUPER_BLOCK, block += 54) {
        float scale = half_at(block + 52);
        for (int j = 0; j < 160; j++)
            out[k + j] = trit(block[j % 32], j / 32) * scale;
        for (int j = 0; j < 80; j++)
            out[k + 160 + j] = trit(block[32 + j % 16], j / 16) * scale;
        for (int j = 0; j < 16; j++)
            out[k + 240 + j] = trit(block[48 + j % 4], j / 4) * scale;
    }
}

/* 64 bytes of 2 bits, one half. */
void tq2_0_decode(const void *data, int64_t count, float *out)
{
    const uint8_t *block = data;
    for (int64_t k = 0; k < count; k += SUPER_BLOCK, block += 66) {
        float scale = half_at(block + 64);
        for (int at = 0; at < SUPER_BLOCK; at++)
            out[k + at] = (float)((block[at / 128 * 32 + at % 32] >> at % 128 / 32 * 2 & 3) - 1) * scale;
    }
}
