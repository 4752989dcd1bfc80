/* Blocks of 32 values with one scale. */
#include "model/format/blocks.h"

#include "model/format/checkpoint.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

static float half_at(const uint8_t *at)
{
    return f32_from_f16((uint16_t)(at[0] | at[1] << 8));
}

void q4_0_decode(const void *data, int64_t count, float *out)
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

void q4_1_decode(const void *data, int64_t count, float *out)
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

static uint32_t word_at(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

void q5_0_decode(const void *data, int64_t count, float *out)
{
    const uint8_t *block = data;
    for (int64_t k = 0; k < count; k += BLOCK, block += 22) {
        float scale = half_at(block);
        uint32_t high = word_at(block + 2);
        for (int j = 0; j < 16; j++) {
            int low = (block[6 + j] & 15) | (high >> j << 4 & 16),
                top = block[6 + j] >> 4 | (high >> (j + 12) & 16);
            out[k + j] = (float)(low - 16) * scale;
            out[k + j + 16] = (float)(top - 16) * scale;
        }
    }
}

void q5_1_decode(const void *data, int64_t count, float *out)
{
    const uint8_t *block = data;
    for (int64_t k = 0; k < count; k += BLOCK, block += 24) {
        float scale = half_at(block), least = half_at(block + 2);
        uint32_t high = word_at(block + 4);
        for (int j = 0; j < 16; j++) {
            int low = (block[8 + j] & 15) | (high >> j << 4 & 16),
                top = block[8 + j] >> 4 | (high >> (j + 12) & 16);
            out[k + j] = (float)low * scale + least;
            out[k + j + 16] = (float)top * scale + least;
        }
    }
}

void q8_0_decode(const void *data, int64_t count, float *out)
{
    const uint8_t *block = data;
    for (int64_t k = 0; k < count; k += BLOCK, block += 34) {
        float scale = half_at(block);
        for (int j = 0; j < BLOCK; j++)
            out[k + j] = (float)(int8_t)block[2 + j] * scale;
    }
}

/* ---- IQ4: sixteen uneven levels */

static const int8_t levels[16] = { -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113 };

static void levels_decode(const uint8_t *nibbles, float scale, float *out)
{
    for (int j = 0; j < 16; j++) {
        out[j] = scale * (float)levels[nibbles[j] & 15];
        out[j + 16] = scale * (float)levels[nibbles[j] >> 4];
    }
}

void iq4_nl_decode(const void *data, int64_t count, float *out)
{
    const uint8_t *block = data;
    for (int64_t k = 0; k < count; k += BLOCK, block += 18)
        levels_decode(block + 2, half_at(block), out + k);
}

void iq4_xs_decode(const void *data, int64_t count, float *out)
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

/* ---- writing */

static void half_put(uint8_t *at, float value)
{
    uint16_t half = f16_from_f32(value);
    at[0] = (uint8_t)half;
    at[1] = (uint8_t)(half >> 8);
}

void q8_0_encode(const float *values, int64_t count, void *data)
{
    uint8_t *block = data;
    for (int64_t k = 0; k < count; k += BLOCK, block += 34) {
        float most = 0;
        for (int j = 0; j < BLOCK; j++)
            most = fmaxf(most, fabsf(values[k + j]));
        float scale = most / 127, inverse = scale != 0 ? 1 / scale : 0;
        half_put(block, scale);
        for (int j = 0; j < BLOCK; j++)
            block[2 + j] = (uint8_t)(int8_t)roundf(values[k + j] * inverse);
    }
}

static int level_of(float value, int most)
{
    int whole = (int)value;
    return whole < 0 ? 0 : whole > most ? most : whole;
}

/* Sixteen bytes of low bits, value j beside value j + 16; where there is a fifth bit, four bytes of those
 * before them. */
static void levels_put(uint8_t *at, const int *values, bool fifth)
{
    uint32_t high = 0;
    for (int j = 0; j < BLOCK; j++)
        high |= (uint32_t)(values[j] >> 4) << j;
    for (int k = 0; fifth && k < 4; k++)
        *at++ = (uint8_t)(high >> 8 * k);
    for (int j = 0; j < 16; j++)
        at[j] = (uint8_t)((values[j] & 15) | (values[j + 16] & 15) << 4);
}

/* The value that is largest in size goes to the lowest of `most + 1` levels around zero. */
static uint8_t *signed_put(uint8_t *block, const float *values, int most)
{
    float largest = 0;
    int levels_of[BLOCK], half = (most + 1) / 2;
    for (int j = 0; j < BLOCK; j++)
        largest = fabsf(values[j]) > fabsf(largest) ? values[j] : largest;
    float scale = largest / (float)-half, inverse = scale != 0 ? 1 / scale : 0;
    half_put(block, scale);
    for (int j = 0; j < BLOCK; j++)
        levels_of[j] = level_of(values[j] * inverse + ((float)half + 0.5f), most);
    levels_put(block + 2, levels_of, most > 15);
    return block + (most > 15 ? 22 : 18);
}

/* From the least value to the largest in `most` steps. */
static uint8_t *ranged_put(uint8_t *block, const float *values, int most)
{
    float least = values[0], largest = values[0];
    int levels_of[BLOCK];
    for (int j = 1; j < BLOCK; j++) {
        least = fminf(least, values[j]);
        largest = fmaxf(largest, values[j]);
    }
    float scale = (largest - least) / (float)most, inverse = scale != 0 ? 1 / scale : 0;
    half_put(block, scale);
    half_put(block + 2, least);
    for (int j = 0; j < BLOCK; j++)
        levels_of[j] = level_of((values[j] - least) * inverse + 0.5f, most);
    levels_put(block + 4, levels_of, most > 15);
    return block + (most > 15 ? 24 : 20);
}

void q4_0_encode(const float *values, int64_t count, void *data)
{
    uint8_t *block = data;
    for (int64_t k = 0; k < count; k += BLOCK)
        block = signed_put(block, values + k, 15);
}

void q4_1_encode(const float *values, int64_t count, void *data)
{
    uint8_t *block = data;
    for (int64_t k = 0; k < count; k += BLOCK)
        block = ranged_put(block, values + k, 15);
}

void q5_0_encode(const float *values, int64_t count, void *data)
{
    uint8_t *block = data;
    for (int64_t k = 0; k < count; k += BLOCK)
        block = signed_put(block, values + k, 31);
}

void q5_1_encode(const float *values, int64_t count, void *data)
{
    uint8_t *block = data;
    for (int64_t k = 0; k < count; k += BLOCK)
        block = ranged_put(block, values + k, 31);
}
