/* blas.h - OpenBLAS, loaded at first need. The program runs without it, on its own kernels.
 *
 * OpenBLAS 0.3.21 does not know processors younger than itself and takes them for a Prescott, at a quarter of
 * their speed. So the core type is chosen here by CPUID while the library loads, unless OPENBLAS_CORETYPE is
 * set by the user. It runs on the thread that calls it: the engine's threads cut the work. */
#ifndef MODEL_TENSOR_BLAS_H
#define MODEL_TENSOR_BLAS_H

#include <stdbool.h>

struct blas;

/* NULL where there is no OpenBLAS. */
struct blas *blas_open(void);
void blas_close(struct blas *blas);
/* "SkylakeX", as the library names the kernels it chose. */
const char *blas_core(const struct blas *blas);

/* c [m, n] = alpha · op(a) · op(b) + beta · c, row-major; op(x) is x or its transpose. */
void blas_gemm(const struct blas *blas, bool transpose_a, bool transpose_b, int m, int n, int k, float alpha,
               const float *a, int a_stride, const float *b, int b_stride, float beta, float *c,
               int c_stride);

#endif
