#include "model/tensor/int8.h"

#if defined(__x86_64__)
#include "model/tensor/kernels.h"

#include <immintrin.h>
#include <string.h>

/* AVX-VNNI: the dot product of AVX-512 VNNI on processors that have AVX2 alone. */
enum { COLUMNS = 16, ROWS = 6, LANES = 8 };

static inline __attribute__((always_inline)) void dot(__m256i *sum, __m256i x, __m256i w)
{
    __asm__("%{vex%} vpdpbusd %2, %1, %0" : "+x"(*sum) : "x"(x), "x"(w));
}

static inline __attribute__((always_inline)) void block(const struct int8_rows *rows,
                                                        const struct int8_panel *panel, int first, int column,
                                                        float *out, const int count)
{
    __m256i sum[ROWS][2];
    size_t row = (size_t)(rows->first + first), apart = rows->stride * INT8_STEP;
    const uint8_t *x = rows->x + row * INT8_STEP;
    const int8_t *w = panel->weights + column * INT8_STEP,
                 *end = w + (size_t)panel->steps * PANEL * INT8_STEP;
    for (int i = 0; i < count; i++)
        sum[i][0] = sum[i][1] = _mm256_setzero_si256();
    for (; w < end; w += PANEL * INT8_STEP, x += apart) {
        __m256i left = _mm256_loadu_si256((const __m256i *)w);
        __m256i right = _mm256_loadu_si256((const __m256i *)(w + LANES * INT8_STEP));
        for (int i = 0; i < count; i++) {
            int32_t four;
            memcpy(&four, x + i * INT8_STEP, sizeof four);
            __m256i value = _mm256_set1_epi32(four);
            dot(&sum[i][0], value, left);
            dot(&sum[i][1], value, right);
        }
    }
    for (int i = 0; i < count; i++)
        for (int half = 0; half < 2; half++) {
            int at = column + half * LANES;
            __m256i whole =
                _mm256_sub_epi32(sum[i][half], _mm256_loadu_si256((const __m256i *)(panel->sums + at)));
            __m256 scale = _mm256_mul_ps(_mm256_set1_ps(rows->x_scales[row + (size_t)i]),
                                         _mm256_loadu_ps(panel->scales + at));
            _mm256_storeu_ps(out + (first + i) * PANEL + at, _mm256_mul_ps(_mm256_cvtepi32_ps(whole), scale));
        }
}

void int8_panel_vnni(const struct int8_rows *rows, const struct int8_panel *panel, float *out)
{
#define CASE(count)                                                                                          \
    case count:                                                                                              \
        block(rows, panel, first, column, out, count);                                                       \
        break
    int left = (rows->m + ROWS - 1) / ROWS;
    for (int first = 0, count; first < rows->m; first += count, left--) {
        count = (rows->m - first + left - 1) / left;
        for (int column = 0; column < PANEL; column += COLUMNS)
            switch (count) {
                CASE(1);
                CASE(2);
                CASE(3);
                CASE(4);
                CASE(5);
                CASE(6);
            }
    }
#undef CASE
}
#else
typedef int int8_vnni_avx2_unused;
#endif
