/* Vectors of four, which every 64-bit processor has: SSE2 on x86, NEON on ARM. */
#define WIDTH 4
#if defined(__aarch64__)
#define ROWS 6
#define VECTORS 4
#define NAME "neon"
#elif defined(__x86_64__)
#define ROWS 4
#define VECTORS 2
#define NAME "sse2"
#else
#define ROWS 4
#define VECTORS 2
#define NAME "vectors of four"
#endif
#define INT8_PANEL int8_panel_scalar
#define BLOCK_PANEL NULL
#define DECODER decode_base
#define LEVELLER levels_scalar
#define TABLE kernels_base
#include "model/tensor/kernels_vector.h"
