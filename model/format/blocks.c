/* Block-quantised rows for every processor: reading, and writing those of 32 values with one scale. */
#define DECODE(name) void name##_decode
#include "model/format/plain.h"

#include "model/format/blocks_decode.h"
#include "model/format/checkpoint.h"

#include <math.h>
#include <stdbool.h>

float f32_from_f16(uint16_t half)
{
    return half_value(half);
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
