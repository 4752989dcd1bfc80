#if defined(__aarch64__)
#define WIDTH 4
#define ROWS 6
#define VECTORS 4
#define INT8_PANEL int8_panel_scalar
#define TABLE kernels_neon
#define NAME "neon"
#include "model/tensor/kernels_vector.h"
#else
typedef int kernels_neon_unused;
#endif
