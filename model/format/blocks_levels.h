/* blocks_levels.h - blocks of weights as bytes and scales, for products in whole numbers: value = scale ·
 * (level - offset) - least. Written once as blocks_decode.h is: tensor/decode_vector.h includes it for each
 * instruction set. A function takes whole blocks of a row and gives a level for each value, a scale for each
 * group of values and, where the type has them, a least for each BLOCK; groups and offsets are those of
 * block_form(). */
#include "model/format/blocks.h"

#if defined(__F16C__)
#include <immintrin.h>
#endif

static inline float scale_at(const uint8_t *at)
{
#if defined(__F16C__)
    return _cvtsh_ss((uint16_t)(at[0] | at[1] << 8));
#else
    return half_at(at);
#endif
}

/* Compilers, left alone, make vectors of blocks rather than of values; hence vectors by hand. */
typedef uint8_t half_levels __attribute__((vector_size(BLOCK / 2)));

static inline half_levels load_half(const uint8_t *from)
{
    half_levels v;
    memcpy(&v, from, sizeof v);
    return v;
}

static inline void store_half(uint8_t *to, half_levels v)
{
    memcpy(to, &v, sizeof v);
}

/* ---- blocks of 32 values with one scale */

static inline void nibbles_levels(const uint8_t *nibbles, uint8_t *levels)
{
    half_levels both = load_half(nibbles);
    store_half(levels, both & 15);
    store_half(levels + 16, both >> 4);
}

/* 16 where a bit is set, for 16 bits. */
static inline half_levels sixteens(uint32_t bits)
{
    const half_levels which = { 1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128 };
    uint8_t low = (uint8_t)bits, high = (uint8_t)(bits >> 8);
    half_levels v = {
        low, low, low, low, low, low, low, low, high, high, high, high, high, high, high, high
    };
    return (half_levels)((v & which) != 0) & 16;
}

/* The same with a fifth bit for each value. */
static inline void fifths_levels(const uint8_t *nibbles, uint32_t high, uint8_t *levels)
{
    half_levels both = load_half(nibbles);
    store_half(levels, (both & 15) | sixteens(high));
    store_half(levels + 16, both >> 4 | sixteens(high >> 16));
}

LEVELS(q4_0)(const uint8_t *block, int count, uint8_t *levels, float *scales, float *leasts)
{
    (void)leasts;
    for (int k = 0; k < count; k += BLOCK, block += 18) {
        *scales++ = scale_at(block);
        nibbles_levels(block + 2, levels + k);
    }
}

LEVELS(q4_1)(const uint8_t *block, int count, uint8_t *levels, float *scales, float *leasts)
{
    for (int k = 0; k < count; k += BLOCK, block += 20) {
        *scales++ = scale_at(block);
        *leasts++ = -scale_at(block + 2);
        nibbles_levels(block + 4, levels + k);
    }
}

LEVELS(q5_0)(const uint8_t *block, int count, uint8_t *levels, float *scales, float *leasts)
{
    (void)leasts;
    for (int k = 0; k < count; k += BLOCK, block += 22) {
        *scales++ = scale_at(block);
        fifths_levels(block + 6, word_at(block + 2), levels + k);
    }
}

LEVELS(q5_1)(const uint8_t *block, int count, uint8_t *levels, float *scales, float *leasts)
{
    for (int k = 0; k < count; k += BLOCK, block += 24) {
        *scales++ = scale_at(block);
        *leasts++ = -scale_at(block + 2);
        fifths_levels(block + 8, word_at(block + 4), levels + k);
    }
}

LEVELS(q8_0)(const uint8_t *block, int count, uint8_t *restrict levels, float *restrict scales, float *leasts)
{
    (void)leasts;
    for (int k = 0; k < count; k += BLOCK, block += 34) {
        *scales++ = scale_at(block);
        store_half(levels + k, load_half(block + 2) ^ 128);
        store_half(levels + k + 16, load_half(block + 18) ^ 128);
    }
}

/* ---- IQ4: sixteen uneven levels */

static inline void uneven_levels(const uint8_t *nibbles, uint8_t *restrict levels)
{
    static const uint8_t table[16] = {
        1, 24, 45, 63, 79, 93, 106, 118, 129, 141, 153, 166, 181, 197, 217, 241
    };
    for (int j = 0; j < 16; j++) {
        levels[j] = table[nibbles[j] & 15];
        levels[j + 16] = table[nibbles[j] >> 4];
    }
}

LEVELS(iq4_nl)(const uint8_t *block, int count, uint8_t *levels, float *scales, float *leasts)
{
    (void)leasts;
    for (int k = 0; k < count; k += BLOCK, block += 18) {
        *scales++ = scale_at(block);
        uneven_levels(block + 2, levels + k);
    }
}

LEVELS(iq4_xs)(const uint8_t *block, int count, uint8_t *levels, float *scales, float *leasts)
{
    (void)leasts;
    for (int k = 0; k < count; k += SUPER_BLOCK, block += 136) {
        int high = block[2] | block[3] << 8;
        for (int part = 0; part < 8; part++) {
            int low = block[4 + part / 2] >> 4 * (part % 2) & 15;
            *scales++ = scale_at(block) * (float)((low | (high >> 2 * part & 3) << 4) - 32);
            uneven_levels(block + 8 + 16 * part, levels + k + 32 * part);
        }
    }
}

/* ---- super-blocks of 256 values: scales of scales */

/* Half of each block of 64 bytes of 2 bits and 32 of third bits. */
static inline void thirds_levels(const uint8_t *bits, const uint8_t *third, uint8_t *levels)
{
    half_levels high = load_half(third);
    for (int side = 0; side < 2; side++, levels += 128) {
        half_levels low = load_half(bits + 32 * side);
        for (int part = 0; part < 4; part++, low >>= 2, high >>= 1)
            store_half(levels + 32 * part, (low & 3) | (high & 1) << 2);
    }
}

LEVELS(q3_k)(const uint8_t *block, int count, uint8_t *levels, float *scales, float *leasts)
{
    (void)leasts;
    for (int k = 0; k < count; k += SUPER_BLOCK, block += 110) {
        float scale = scale_at(block + 108);
        for (int part = 0; part < 16; part++)
            *scales++ = scale * (float)q3_k_scale(block + 96, part);
        for (int half = 0; half < 32; half += 16)
            thirds_levels(block + 32 + half, block + half, levels + k + half);
    }
}

static inline void super_scales(const uint8_t *block, float *scales, float *leasts)
{
    float scale = scale_at(block), least = scale_at(block + 2);
    for (int part = 0; part < 8; part++) {
        int own, low;
        scale_and_least(block + 4, part, &own, &low);
        scales[part] = scale * (float)own;
        leasts[part] = least * (float)low;
    }
}

LEVELS(q4_k)(const uint8_t *block, int count, uint8_t *levels, float *scales, float *leasts)
{
    for (int k = 0; k < count; k += SUPER_BLOCK, block += 144, scales += 8, leasts += 8) {
        super_scales(block, scales, leasts);
        for (int at = 0; at < SUPER_BLOCK / 2; at += 16) {
            half_levels both = load_half(block + 16 + at);
            uint8_t *to = levels + k + at / 32 * 64 + at % 32;
            store_half(to, both & 15);
            store_half(to + 32, both >> 4);
        }
    }
}

LEVELS(q5_k)(const uint8_t *block, int count, uint8_t *levels, float *scales, float *leasts)
{
    for (int k = 0; k < count; k += SUPER_BLOCK, block += 176, scales += 8, leasts += 8) {
        super_scales(block, scales, leasts);
        for (int half = 0; half < 32; half += 16) {
            half_levels fifth = load_half(block + 16 + half);
            for (int pair = 0; pair < 4; pair++, fifth >>= 2) {
                half_levels both = load_half(block + 48 + 32 * pair + half);
                uint8_t *to = levels + k + 64 * pair + half;
                store_half(to, (both & 15) | (fifth & 1) << 4);
                store_half(to + 32, both >> 4 | (fifth & 2) << 3);
            }
        }
    }
}

/* Half of each block of 64 bytes of 4 bits and 32 of 2 bits. */
static inline void sixths_levels(const uint8_t *low, const uint8_t *two, uint8_t *to)
{
    half_levels left = load_half(low), right = load_half(low + 32), high = load_half(two);
    store_half(to, (left & 15) | (high & 3) << 4);
    store_half(to + 32, (right & 15) | (high & 12) << 2);
    store_half(to + 64, left >> 4 | (high & 48));
    store_half(to + 96, right >> 4 | (high & 192) >> 2);
}

LEVELS(q6_k)(const uint8_t *block, int count, uint8_t *levels, float *scales, float *leasts)
{
    (void)leasts;
    for (int k = 0; k < count; k += SUPER_BLOCK, block += 210) {
        float scale = scale_at(block + 208);
        for (int part = 0; part < 16; part++)
            *scales++ = scale * (float)((const int8_t *)block + 192)[part];
        for (int side = 0; side < 2; side++)
            for (int half = 0; half < 32; half += 16)
                sixths_levels(block + 64 * side + half, block + 128 + 32 * side + half,
                              levels + k + 128 * side + half);
    }
}
