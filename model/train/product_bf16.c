#include "model/train/product_bf16.h"

#if defined(__AVX512BF16__)

#include <immintrin.h>
#include <string.h>

/* A block of the product, cut so that both packed factors stay in the second-level cache and one panel of b
 * in the first:
 *
 *     a: [ROWS, DEPTH] as pairs of neighbours in depth       b: panels of WIDE columns, [DEPTH / 2, WIDE]
 * pairs
 *
 * _mm512_dpbf16_ps adds the two products of each pair to a float32 sum. */
enum {
    ROWS = 512,
    COLUMNS = 256,
    DEPTH = 320,
    TALL = 6,
    WIDE = 64,
    PAIRS = DEPTH / 2,
    VECTOR = 16,
    QUARTERS = WIDE / VECTOR
};

struct packed {
    _Alignas(64) uint32_t a[(ROWS + TALL) * PAIRS];
    _Alignas(64) uint32_t b[COLUMNS * PAIRS];
};

struct block {
    int row, rows, column, columns, depth, deep; /* first and how many in m, n and k */
};

bool product_bf16_possible(void)
{
    return __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512bw");
}

static __mmask16 mask_of(int count)
{
    return count >= VECTOR ? (__mmask16)0xffff : count <= 0 ? (__mmask16)0 : (__mmask16)((1u << count) - 1);
}

/* 16 pairs of neighbours: floats [0, count) at `at`, count up to 32, then zeros. */
static __m512i pairs_along(const float *at, int count)
{
    __m512 low = _mm512_maskz_loadu_ps(mask_of(count), at),
           high = _mm512_maskz_loadu_ps(mask_of(count - VECTOR), at + VECTOR);
    return (__m512i)_mm512_cvtne2ps_pbh(high, low);
}

static __m512i rounded(__m512 x)
{
    return _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(x));
}

/* 16 pairs (first[i], second[i]); second NULL: zeros. */
static __m512i pairs_across(const float *first, const float *second, int count)
{
    __mmask16 mask = mask_of(count);
    __m512i low = rounded(_mm512_maskz_loadu_ps(mask, first));
    return second ? _mm512_or_si512(low, _mm512_slli_epi32(rounded(_mm512_maskz_loadu_ps(mask, second)), 16))
                  : low;
}

/* Turns a 16 by 16 square of 32-bit items about its diagonal. */
static void turn(__m512i r[VECTOR])
{
    __m512i t[VECTOR];
    for (int i = 0; i < VECTOR; i += 2) {
        t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
        t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
    }
    for (int i = 0; i < VECTOR; i += 4)
        for (int j = 0; j < 2; j++) {
            r[i + 2 * j] = _mm512_unpacklo_epi64(t[i + j], t[i + j + 2]);
            r[i + 2 * j + 1] = _mm512_unpackhi_epi64(t[i + j], t[i + j + 2]);
        }
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 2; j++) {
            t[8 * j + i] = _mm512_shuffle_i32x4(r[8 * j + i], r[8 * j + i + 4], 0x88);
            t[8 * j + i + 4] = _mm512_shuffle_i32x4(r[8 * j + i], r[8 * j + i + 4], 0xdd);
        }
    for (int i = 0; i < 8; i++) {
        r[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
        r[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xdd);
    }
}

/* Pairs of a matrix whose rows run along the depth: out[line · line_stride + pair · pair_stride], one of the
 * strides 1. */
static void pack_a_plain(const struct gemm *g, const struct block *k, uint32_t *out)
{
    for (int i = 0; i < k->rows; i++) {
        const float *from = g->a + (size_t)(k->row + i) * (size_t)g->a_stride + k->depth;
        for (int p = 0; 2 * p < k->deep; p += VECTOR)
            _mm512_storeu_si512(out + i * PAIRS + p, pairs_along(from + 2 * p, k->deep - 2 * p));
    }
}

static void pack_a_turned(const struct gemm *g, const struct block *k, uint32_t *out)
{
    size_t stride = (size_t)g->a_stride;
    for (int i = 0; i < k->rows; i += VECTOR)
        for (int p = 0; 2 * p < k->deep; p += VECTOR) {
            __m512i square[VECTOR];
            for (int l = 0; l < VECTOR; l++) {
                int deep = 2 * (p + l);
                const float *from = g->a + (size_t)(k->depth + deep) * stride + k->row + i;
                square[l] = deep >= k->deep
                                ? _mm512_setzero_si512()
                                : pairs_across(from, deep + 1 < k->deep ? from + stride : NULL, k->rows - i);
            }
            turn(square);
            for (int l = 0; l < VECTOR && i + l < k->rows; l++)
                _mm512_storeu_si512(out + (i + l) * PAIRS + p, square[l]);
        }
}

static void pack_b_plain(const struct gemm *g, const struct block *k, uint32_t *out)
{
    size_t stride = (size_t)g->b_stride;
    for (int p = 0; 2 * p < k->deep; p++) {
        const float *from = g->b + (size_t)(k->depth + 2 * p) * stride + k->column;
        for (int j = 0; j < k->columns; j += VECTOR) {
            uint32_t *to = out + (size_t)(j / WIDE) * WIDE * PAIRS + (size_t)p * WIDE + j % WIDE;
            _mm512_store_si512(
                to, pairs_across(from + j, 2 * p + 1 < k->deep ? from + stride + j : NULL, k->columns - j));
        }
    }
}

static void pack_b_turned(const struct gemm *g, const struct block *k, uint32_t *out)
{
    for (int j = 0; j < k->columns; j += VECTOR)
        for (int p = 0; 2 * p < k->deep; p += VECTOR) {
            __m512i square[VECTOR];
            for (int l = 0; l < VECTOR; l++) {
                const float *from =
                    g->b + (size_t)(k->column + j + l) * (size_t)g->b_stride + k->depth + 2 * p;
                square[l] = j + l < k->columns ? pairs_along(from, k->deep - 2 * p) : _mm512_setzero_si512();
            }
            turn(square);
            uint32_t *to = out + (size_t)(j / WIDE) * WIDE * PAIRS + (size_t)p * WIDE + j % WIDE;
            for (int l = 0; l < VECTOR && p + l < PAIRS; l++)
                _mm512_store_si512(to + l * WIDE, square[l]);
        }
}

/* sums [TALL, WIDE] = a [TALL, pairs] · b [pairs, WIDE], then into c, whose first rows and columns alone may
 * exist. */
static void multiply_panel(const uint32_t *a, const uint32_t *b, int pairs, float *c, int stride, int rows,
                           int columns, float beta)
{
    __m512 sums[TALL][QUARTERS];
    for (int i = 0; i < TALL; i++)
        for (int q = 0; q < QUARTERS; q++)
            sums[i][q] = _mm512_setzero_ps();
    for (int p = 0; p < pairs; p++) {
        __m512bh columns_of_b[QUARTERS];
        for (int q = 0; q < QUARTERS; q++)
            columns_of_b[q] = (__m512bh)_mm512_load_si512(b + p * WIDE + q * VECTOR);
        for (int i = 0; i < TALL; i++) {
            __m512bh pair = (__m512bh)_mm512_set1_epi32((int)a[i * PAIRS + p]);
            for (int q = 0; q < QUARTERS; q++)
                sums[i][q] = _mm512_dpbf16_ps(sums[i][q], pair, columns_of_b[q]);
        }
    }
    for (int i = 0; i < TALL; i++)
        for (int q = 0; q < QUARTERS; q++) {
            __mmask16 mask = i < rows ? mask_of(columns - q * VECTOR) : (__mmask16)0;
            float *at = c + (size_t)i * (size_t)stride + q * VECTOR;
            __m512 old = beta == 0.0f ? _mm512_setzero_ps() : _mm512_maskz_loadu_ps(mask, at);
            _mm512_mask_storeu_ps(at, mask, _mm512_fmadd_ps(old, _mm512_set1_ps(beta), sums[i][q]));
        }
}

static void multiply_block(const struct gemm *g, const struct block *k, const struct packed *packed,
                           float beta)
{
    for (int j = 0; j < k->columns; j += WIDE)
        for (int i = 0; i < k->rows; i += TALL)
            multiply_panel(packed->a + i * PAIRS, packed->b + j * PAIRS, (k->deep + 1) / 2,
                           g->c + (size_t)(k->row + i) * (size_t)g->c_stride + k->column + j, g->c_stride,
                           k->rows - i, k->columns - j, beta);
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

void product_bf16(const struct gemm *g)
{
    struct packed packed;
    int blocks = (g->k + DEPTH - 1) / DEPTH,
        deep = blocks ? ((g->k + blocks - 1) / blocks + 31) / 32 * 32 : 0;
    for (int row = 0; row < g->m; row += ROWS)
        for (int depth = 0; depth < g->k; depth += deep) {
            struct block k = { .row = row,
                               .rows = smaller(ROWS, g->m - row),
                               .depth = depth,
                               .deep = smaller(deep, g->k - depth) };
            (g->transpose_a ? pack_a_turned : pack_a_plain)(g, &k, packed.a);
            for (k.column = 0; k.column < g->n; k.column += COLUMNS) {
                k.columns = smaller(COLUMNS, g->n - k.column);
                (g->transpose_b ? pack_b_turned : pack_b_plain)(g, &k, packed.b);
                multiply_block(g, &k, &packed, depth ? 1.0f : g->beta);
            }
        }
}

#else

bool product_bf16_possible(void)
{
    return false;
}

void product_bf16(const struct gemm *gemm)
{
    (void)gemm;
}

#endif
