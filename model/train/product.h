/* product.h - products of float32 matrices, row-major, one thread each: training cuts its work into tiles above this. */
#ifndef MODEL_TRAIN_PRODUCT_H
#define MODEL_TRAIN_PRODUCT_H

struct engine;
struct products;

/* OpenBLAS where it can be loaded, else the engine's kernels; borrows them, so free it before the engine. */
struct products *products_new(const struct engine *engine);
void products_free(struct products *products);

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
