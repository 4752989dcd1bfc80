#if defined(__x86_64__)
/* AVX-VNNI: the dot product of AVX-512 VNNI on processors that have AVX2 alone. */
#define LANES 8
#define ROWS 4
#define PRODUCT block_panel_vnni
#define PREPARE(levels, offset) (levels)
#define START(offset) (-(offset))
#define DOT(sum, x, w) __asm__("%{vex%} vpdpbusd %1, %2, %0" : "+x"(sum) : "x"(x), "x"(w))
#include "model/tensor/block_panel_vector.h"
#else
typedef int block_panel_vnni_avx2_unused;
#endif
