#if defined(__x86_64__)
#define LANES 16
#define ROWS 8
#define PRODUCT block_panel_avx512
#define PREPARE(levels, offset) (levels)
#define START(offset) (-(offset))
/* The intrinsic, but gcc 12 copies the sum twice around it. */
#define DOT(sum, x, w) __asm__("vpdpbusd %1, %2, %0" : "+v"(sum) : "v"(x), "v"(w))
#include "model/tensor/block_panel_vector.h"
#else
typedef int block_panel_avx512_unused;
#endif
