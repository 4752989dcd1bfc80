#include "model/tensor/int8.h"

#if defined(__x86_64__)
#include "model/tensor/kernels.h"

#include <immintrin.h>
#include <string.h>

enum { ROWS = 8, LANES = 16 };

/* The intrinsic, but gcc 12 copies the sum twice around it. */
static inline __attribute__((always_inline)) void dot(__m512i *sum, __m512i x, __m512i w)
{
    __asm__("vpdpbusd %2, %1, %0" : "+v"(*sum) : "v"(x), "v"(w));
}

static inline __attribute__((always_inline)) void
block(const struct int8_rows *rows, const struct int8_panel *panel, int first, float *out, const int count)
{
    __m512i sum[ROWS][2];
    size_t row = (size_t)(rows->first + first), apart = rows->stride * INT8_STEP;
    const uint8_t *x = rows->x + row * INT8_STEP;
    const int8_t *w = panel->weights, *end = w + (size_t)panel->steps * PANEL * INT8_STEP;
    for (int i = 0; i < count; i++)
        sum[i][0] = sum[i][1] = _mm512_setzero_si512();
    for (; w < end; w += PANEL * INT8_STEP, x += apart) {
        __m512i left = _mm512_loadu_si512(w), right = _mm512_loadu_si512(w + LANES * INT8_STEP);
        for (int i = 0; i < count; i++) {
            int32_t four;
            memcpy(&four, x + i * INT8_STEP, sizeof four);
            __m512i value = _mm512_set1_epi32(four);
            dot(&sum[i][0], value, left);
            dot(&sum[i][1], value, right);
        }
    }
    for (int i = 0; i < count; i++)
        for (int half = 0; half < 2; half++) {
            __m512i whole = _mm512_sub_epi32(sum[i][half], _mm512_loadu_si512(panel->sums + half * LANES));
            __m512 scale = _mm512_mul_ps(_mm512_set1_ps(rows->x_scales[row + (size_t)i]),
                                         _mm512_loadu_ps(panel->scales + half * LANES));
            _mm512_storeu_ps(out + (first + i) * PANEL + half * LANES,
                             _mm512_mul_ps(_mm512_cvtepi32_ps(whole), scale));
        }
}

void int8_panel_avx512(const struct int8_rows *rows, const struct int8_panel *panel, float *out)
{
#define CASE(count)                                                                                          \
    case count:                                                                                              \
        block(rows, panel, first, out, count);                                                               \
        break
    int left = (rows->m + ROWS - 1) / ROWS;
    for (int first = 0, count; first < rows->m; first += count, left--) {
        count = (rows->m - first + left - 1) / left;
        switch (count) {
            CASE(1);
            CASE(2);
            CASE(3);
            CASE(4);
            CASE(5);
            CASE(6);
            CASE(7);
            CASE(8);
        }
    }
#undef CASE
}
#else
typedef int int8_avx512_unused;
#endif
