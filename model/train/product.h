/* product.h - products of float32 matrices, row-major, one thread each: training cuts its work into tiles
 * above this. */
#ifndef MODEL_TRAIN_PRODUCT_H
#define MODEL_TRAIN_PRODUCT_H

#include "model/base/error.h"

struct engine;
struct products;

enum precision {
    PRECISION_F32,  /* OpenBLAS where it can be loaded, else the engine's kernels */
    PRECISION_BF16, /* factors rounded to bfloat16, sums in float32 */
};

/* Borrows the engine's kernels: free it before the engine. NULL: this machine has no bfloat16 products. */
struct products *products_new(const struct engine *engine, enum precision precision,
                              struct lacuna_error *error);
void products_free(struct products *products);

/* A matrix as it lies in memory: `stride` floats from row to row. */
struct matrix {
    const float *at;
    int stride;
};

/* out [m, n] = a [m, k] · b [n, k]ᵀ + beta · out */
void product_nt(const struct products *products, struct matrix a, struct matrix b, float *out, int stride,
                int m, int n, int k, float beta);
/* out [m, n] = a [m, k] · b [k, n] + beta · out */
void product_nn(const struct products *products, struct matrix a, struct matrix b, float *out, int stride,
                int m, int n, int k, float beta);
/* out [m, n] = a [k, m]ᵀ · b [k, n] + beta · out */
void product_tn(const struct products *products, struct matrix a, struct matrix b, float *out, int stride,
                int m, int n, int k, float beta);

#endif
