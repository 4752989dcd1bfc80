/* engine.h - what computes: the kernel table chosen for this CPU, OpenBLAS, and the worker threads.
 *
 * Work is cut into tiles that depend on shapes alone and each tile is computed by one thread in one order of
 * summation, so results do not depend on the number of threads. Idle threads sleep; only between jobs that
 * follow one another within microseconds do they look for the next one a little while first. */
#ifndef MODEL_TENSOR_ENGINE_H
#define MODEL_TENSOR_ENGINE_H

#include "model/base/error.h"

struct engine;
struct kernels; /* tensor/kernels.h */

/* threads 0: as many as cores, 4 at most. Loads OpenBLAS with the core type this CPU deserves
 * (OPENBLAS_CORETYPE wins). */
struct engine *engine_new(int threads, struct lacuna_error *error);
void engine_free(struct engine *engine);
int engine_threads(const struct engine *engine);
const struct kernels *engine_kernels(const struct engine *engine);
/* "avx512, OpenBLAS SkylakeX, 2 threads" */
const char *engine_describe(const struct engine *engine);

/* Calls run(user, tile) for each tile in [0, tiles) on the engine's threads and returns when all are done.
 * The calling thread takes part; a thread that does nothing else (a model's worker) may lower its priority as
 * the engine's own threads do. Calls from several threads take turns; `run` must not call engine_parallel. */
void engine_parallel(struct engine *engine, int tiles, void (*run)(void *user, int tile), void *user);
void engine_lower_priority(void);

/* c [m, n] = alpha · op(a) · op(b) + beta · c, row-major with strides in floats; op(a) is a [m, k], or the
 * transpose of a [k, m]. beta 0: c is not read. */
struct gemm {
    bool transpose_a, transpose_b;
    int m, n, k;
    float alpha;
    const float *a;
    int a_stride;
    const float *b;
    int b_stride;
    float beta;
    float *c;
    int c_stride;
};
void engine_gemm(struct engine *engine, const struct gemm *gemm);

/* out [m, n] = x [m, k] · w [n, k]ᵀ, float32 row-major; the workhorse for large m. */
void engine_matmul_f32(struct engine *engine, const float *x, const float *w, float *out, int m, int n,
                       int k);

#endif
