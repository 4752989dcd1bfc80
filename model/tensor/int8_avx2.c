#include "model/tensor/int8.h"

#if defined(__x86_64__)
#include "model/tensor/kernels.h"

#include <immintrin.h>
#include <string.h>

/* Bytes are widened to 16 bits, so that no sum of two products saturates; a register of sums holds two halves
 * of each of four columns. */
enum { COLUMNS = 8, ROWS = 4, GROUPS = COLUMNS / 4 };

static inline __attribute__((always_inline)) void block(const struct int8_rows *rows,
                                                        const struct int8_panel *panel, int first, int column,
                                                        float *out, const int count)
{
    __m256i sum[ROWS][GROUPS];
    size_t row = (size_t)(rows->first + first), apart = rows->stride * INT8_STEP;
    const uint8_t *x = rows->x + row * INT8_STEP;
    for (int i = 0; i < count; i++)
        for (int g = 0; g < GROUPS; g++)
            sum[i][g] = _mm256_setzero_si256();
    for (int p = 0; p < panel->steps; p++) {
        const int8_t *w = panel->weights + ((size_t)p * PANEL + (size_t)column) * INT8_STEP;
        __m256i value[ROWS];
        for (int i = 0; i < count; i++) {
            int32_t four;
            memcpy(&four, x + (size_t)p * apart + i * INT8_STEP, sizeof four);
            value[i] = _mm256_cvtepu8_epi16(_mm_set1_epi32(four));
        }
        for (int g = 0; g < GROUPS; g++) {
            __m256i weights = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(w + g * 16)));
            for (int i = 0; i < count; i++)
                sum[i][g] = _mm256_add_epi32(sum[i][g], _mm256_madd_epi16(value[i], weights));
        }
    }
    for (int i = 0; i < count; i++)
        for (int g = 0; g < GROUPS; g += 2) {
            __m256i pairs = _mm256_hadd_epi32(sum[i][g], sum[i][g + 1]);
            pairs = _mm256_permute4x64_epi64(pairs, 0xd8);
            int at = column + g * 4;
            pairs = _mm256_sub_epi32(pairs, _mm256_loadu_si256((const __m256i *)(panel->sums + at)));
            __m256 scale = _mm256_mul_ps(_mm256_set1_ps(rows->x_scales[row + (size_t)i]),
                                         _mm256_loadu_ps(panel->scales + at));
            _mm256_storeu_ps(out + (first + i) * PANEL + at, _mm256_mul_ps(_mm256_cvtepi32_ps(pairs), scale));
        }
}

void int8_panel_avx2(const struct int8_rows *rows, const struct int8_panel *panel, float *out)
{
    int left = (rows->m + ROWS - 1) / ROWS;
    for (int first = 0, count; first < rows->m; first += count, left--) {
        count = (rows->m - first + left - 1) / left;
        for (int column = 0; column < PANEL; column += COLUMNS) {
            if (count == 4)
                block(rows, panel, first, column, out, 4);
            else if (count == 3)
                block(rows, panel, first, column, out, 3);
            else if (count == 2)
                block(rows, panel, first, column, out, 2);
            else
                block(rows, panel, first, column, out, 1);
        }
    }
}
#else
typedef int int8_avx2_unused;
#endif
