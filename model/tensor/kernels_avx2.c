#if defined(__x86_64__)
#define WIDTH 8
#define ROWS 6
#define VECTORS 2
#define INT8_PANEL int8_panel_avx2
#define BLOCK_PANEL block_panel_avx2
#define DECODER decode_avx2
#define LEVELLER levels_avx2
#define TABLE kernels_avx2
#define NAME "avx2"
#include "model/tensor/kernels_vector.h"

const struct kernels kernels_avx2_vnni = KERNELS("avx2 vnni", int8_panel_vnni, block_panel_vnni);
#else
typedef int kernels_avx2_unused;
#endif
