#include "model/train/product.h"

#include "model/base/memory.h"
#include "model/tensor/blas.h"
#include "model/tensor/engine.h"
#include "model/tensor/gemm.h"
#include "model/train/product_bf16.h"

#include <stdlib.h>

struct products {
    enum precision precision;
    struct blas *blas; /* NULL: our own kernels */
    const struct kernels *kernels;
};

struct products *products_new(const struct engine *engine, enum precision precision,
                              struct lacuna_error *error)
{
    if (precision == PRECISION_BF16 && !product_bf16_possible()) {
        fail(error, LACUNA_BAD_REQUEST, "this processor multiplies no bfloat16: take --precision f32");
        return NULL;
    }
    struct products *products = memory_new(1, sizeof *products);
    *products =
        (struct products){ .precision = precision, .blas = blas_open(), .kernels = engine_kernels(engine) };
    return products;
}

void products_free(struct products *products)
{
    if (products && products->blas)
        blas_close(products->blas);
    free(products);
}

static void multiply(const struct products *p, const struct gemm *g)
{
    if (p->precision == PRECISION_BF16)
        product_bf16(g);
    else if (p->blas)
        blas_gemm(p->blas, g->transpose_a, g->transpose_b, g->m, g->n, g->k, g->alpha, g->a, g->a_stride,
                  g->b, g->b_stride, g->beta, g->c, g->c_stride);
    else
        gemm_own(p->kernels, g);
}

void product_nt(const struct products *p, struct matrix a, struct matrix b, float *out, int stride, int m,
                int n, int k, float beta)
{
    multiply(p, &(struct gemm){ .transpose_b = true,
                                .m = m,
                                .n = n,
                                .k = k,
                                .alpha = 1.0f,
                                .a = a.at,
                                .a_stride = a.stride,
                                .b = b.at,
                                .b_stride = b.stride,
                                .beta = beta,
                                .c = out,
                                .c_stride = stride });
}

void product_nn(const struct products *p, struct matrix a, struct matrix b, float *out, int stride, int m,
                int n, int k, float beta)
{
    multiply(p, &(struct gemm){ .m = m,
                                .n = n,
                                .k = k,
                                .alpha = 1.0f,
                                .a = a.at,
                                .a_stride = a.stride,
                                .b = b.at,
                                .b_stride = b.stride,
                                .beta = beta,
                                .c = out,
                                .c_stride = stride });
}

void product_tn(const struct products *p, struct matrix a, struct matrix b, float *out, int stride, int m,
                int n, int k, float beta)
{
    multiply(p, &(struct gemm){ .transpose_a = true,
                                .m = m,
                                .n = n,
                                .k = k,
                                .alpha = 1.0f,
                                .a = a.at,
                                .a_stride = a.stride,
                                .b = b.at,
                                .b_stride = b.stride,
                                .beta = beta,
                                .c = out,
                                .c_stride = stride });
}
