#include "model/tensor/blas.h"

#include <dlfcn.h>
#include <stdlib.h>

enum { ROW_MAJOR = 101, NO_TRANSPOSE = 111, TRANSPOSE = 112 };

typedef void gemm_function(int order, int transpose_a, int transpose_b, int m, int n, int k, float alpha,
                           const float *a, int a_stride, const float *b, int b_stride, float beta, float *c,
                           int c_stride);

struct blas {
    void *library;
    gemm_function *gemm;
    const char *core;
};

static const char *core_type(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        return "SkylakeX";
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return "Haswell";
#endif
    return NULL;
}

/* The library reads its environment as it loads; what is set for that moment is taken away after. */
static void *library_load(void)
{
    const char *core = getenv("OPENBLAS_CORETYPE") ? NULL : core_type();
    bool threads = !getenv("OPENBLAS_NUM_THREADS");
    if (core)
        setenv("OPENBLAS_CORETYPE", core, 0);
    if (threads)
        setenv("OPENBLAS_NUM_THREADS", "1", 0);
    void *library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
    if (core)
        unsetenv("OPENBLAS_CORETYPE");
    if (threads)
        unsetenv("OPENBLAS_NUM_THREADS");
    return library;
}

struct blas *blas_open(void)
{
    void *library = library_load();
    if (!library)
        return NULL;
    struct blas *blas = calloc(1, sizeof *blas);
    void (*set_threads)(int);
    char *(*name)(void);
    *(void **)&set_threads = dlsym(library, "openblas_set_num_threads");
    *(void **)&name = dlsym(library, "openblas_get_corename");
    if (blas)
        *(void **)&blas->gemm = dlsym(library, "cblas_sgemm");
    if (!blas || !blas->gemm) {
        free(blas);
        dlclose(library);
        return NULL;
    }
    blas->library = library;
    blas->core = name ? name() : "unknown";
    if (set_threads)
        set_threads(1);
    return blas;
}

void blas_close(struct blas *blas)
{
    if (!blas)
        return;
    dlclose(blas->library);
    free(blas);
}

const char *blas_core(const struct blas *blas)
{
    return blas->core;
}

void blas_gemm(const struct blas *blas, bool transpose_a, bool transpose_b, int m, int n, int k, float alpha,
               const float *a, int a_stride, const float *b, int b_stride, float beta, float *c, int c_stride)
{
    blas->gemm(ROW_MAJOR, transpose_a ? TRANSPOSE : NO_TRANSPOSE, transpose_b ? TRANSPOSE : NO_TRANSPOSE, m,
               n, k, alpha, a, a_stride, b, b_stride, beta, c, c_stride);
}
