/* product.h - products of float32 matrices, row-major, one thread each: training cuts its work into tiles above this. */
#ifndef MODEL_TRAIN_PRODUCT_H
#define MODEL_TRAIN_PRODUCT_H

#include "model/base/error.h"

struct products;

/* OpenBLAS where it can be loaded, else plain loops. The engine must have been made before (it chooses the core type). */
struct products *products_new(struct lacuna_error *error);
void products_free(struct products *products);
/* "OpenBLAS SkylakeX" */
const char *products_describe(const struct products *products);

/* A matrix as it lies in memory: `stride` floats from row to row. */
struct matrix {
    const float *at;
    int stride;
};

/* out [m, n] = a [m, k] · b [n, k]ᵀ + beta · out */
void product_nt(const struct products *products, struct matrix a, struct matrix b, float *out, int stride, int m, int n,
                int k, float beta);
/* out [m, n] = a [m, k] · b [k, n] + beta · out */
void product_nn(const struct products *products, struct matrix a, struct matrix b, float *out, int stride, int m, int n,
                int k, float beta);
/* out [m, n] = a [k, m]ᵀ · b [k, n] + beta · out */
void product_tn(const struct products *products, struct matrix a, struct matrix b, float *out, int stride, int m, int n,
                int k, float beta);

#endif
