#if defined(__x86_64__)
#define WIDTH 16
#define ROWS 12
#define VECTORS 2
#define INT8_PANEL int8_panel_avx512
#define BLOCK_PANEL block_panel_avx512
#define DECODER decode_avx512
#define LEVELLER levels_avx512
#define TABLE kernels_avx512
#define NAME "avx512"
#include "model/tensor/kernels_vector.h"
#else
typedef int kernels_avx512_unused;
#endif
