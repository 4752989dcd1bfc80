#if defined(__x86_64__)
#include <immintrin.h>

#define LANES 8
#define ROWS 4
#define PRODUCT block_panel_avx2
/* level - offset, which fits a signed byte, and so no sum begins with anything: |w| and x with w's sign have
 * products of which two fit 16 bits. */
#define PREPARE(levels, offset) (lanes) signed_levels((__m256i)(levels), (char)(offset))
#define START(offset) (0 * (offset))
#define DOT(sum, x, w) (sum) = (lanes)add_dot((__m256i)(sum), (__m256i)(x), (__m256i)(w))

/* level - offset fits a signed byte, so that no sum begins with anything. */
static inline __attribute__((always_inline)) __m256i signed_levels(__m256i levels, char offset)
{
    return _mm256_sub_epi8(levels, _mm256_set1_epi8(offset));
}

/* One factor must be unsigned: |w| times x with w's sign, of which two fit 16 bits. */
static inline __attribute__((always_inline)) __m256i add_dot(__m256i sum, __m256i x, __m256i w)
{
    __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(w), _mm256_sign_epi8(x, w));
    return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}
#include "model/tensor/block_panel_vector.h"
#else
typedef int block_panel_avx2_unused;
#endif
