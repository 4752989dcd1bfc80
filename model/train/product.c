#include "model/train/product.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The constants of the CBLAS interface. */
enum { ROW_MAJOR = 101, PLAIN = 111, TURNED = 112 };

typedef void sgemm(int order, int turn_a, int turn_b, int m, int n, int k, float alpha, const float *a, int lda,
                   const float *b, int ldb, float beta, float *c, int ldc);

struct products {
    void *library;
    sgemm *multiply;
    char description[64];
};

static void multiply_plainly(int order, int turn_a, int turn_b, int m, int n, int k, float alpha, const float *a,
                             int lda, const float *b, int ldb, float beta, float *c, int ldc)
{
    (void)order;
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++) {
            float sum = 0.0f;
            for (int l = 0; l < k; l++)
                sum += (turn_a == TURNED ? a[l * lda + i] : a[i * lda + l])
                       * (turn_b == TURNED ? b[j * ldb + l] : b[l * ldb + j]);
            c[i * ldc + j] = alpha * sum + (beta == 0.0f ? 0.0f : beta * c[i * ldc + j]);
        }
}

struct products *products_new(struct lacuna_error *error)
{
    struct products *products = calloc(1, sizeof *products);
    if (!products) {
        fail(error, LACUNA_MODEL, "out of memory");
        return NULL;
    }
    products->multiply = multiply_plainly;
    snprintf(products->description, sizeof products->description, "plain loops");
    products->library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
    if (!products->library)
        return products;
    void *found = dlsym(products->library, "cblas_sgemm"), *name = dlsym(products->library, "openblas_get_corename"),
         *threads = dlsym(products->library, "openblas_set_num_threads");
    if (!found || !name || !threads)
        return products;
    char *(*core_name)(void);
    void (*set_threads)(int);
    memcpy(&products->multiply, &found, sizeof found);
    memcpy(&core_name, &name, sizeof name);
    memcpy(&set_threads, &threads, sizeof threads);
    set_threads(1);
    snprintf(products->description, sizeof products->description, "OpenBLAS %s", core_name());
    return products;
}

void products_free(struct products *products)
{
    if (products && products->library)
        dlclose(products->library);
    free(products);
}

const char *products_describe(const struct products *products)
{
    return products->description;
}

void product_nt(const struct products *p, struct matrix a, struct matrix b, float *out, int stride, int m, int n, int k,
                float beta)
{
    p->multiply(ROW_MAJOR, PLAIN, TURNED, m, n, k, 1.0f, a.at, a.stride, b.at, b.stride, beta, out, stride);
}

void product_nn(const struct products *p, struct matrix a, struct matrix b, float *out, int stride, int m, int n, int k,
                float beta)
{
    p->multiply(ROW_MAJOR, PLAIN, PLAIN, m, n, k, 1.0f, a.at, a.stride, b.at, b.stride, beta, out, stride);
}

void product_tn(const struct products *p, struct matrix a, struct matrix b, float *out, int stride, int m, int n, int k,
                float beta)
{
    p->multiply(ROW_MAJOR, TURNED, PLAIN, m, n, k, 1.0f, a.at, a.stride, b.at, b.stride, beta, out, stride);
}
