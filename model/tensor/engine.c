#include "model/tensor/engine.h"

#include "model/tensor/blas.h"
#include "model/tensor/gemm.h"
#include "model/tensor/kernels.h"
#include "model/tensor/threads.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { THREADS_DEFAULT_MAX = 4, THREADS_MAX = 256, TILE_ROWS = 256, TILE_COLUMNS = 512 };

struct engine {
    const struct kernels *kernels;
    struct threads *threads;
    struct blas *blas; /* NULL: there is none */
    char description[128];
};

static int thread_count(int asked)
{
    if (asked > 0)
        return asked < THREADS_MAX ? asked : THREADS_MAX;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 1 ? 1 : cores < THREADS_DEFAULT_MAX ? (int)cores : THREADS_DEFAULT_MAX;
}

struct engine *engine_new(int threads, struct lacuna_error *error)
{
    struct engine *engine = calloc(1, sizeof *engine);
    if (!engine) {
        fail(error, LACUNA_MODEL, "no memory for the engine");
        return NULL;
    }
    engine->kernels = kernels_choose();
    engine->threads = threads_new(thread_count(threads), error);
    if (!engine->threads) {
        free(engine);
        return NULL;
    }
    engine->blas = blas_open();
    int count = engine_threads(engine);
    snprintf(engine->description, sizeof engine->description, "%s, %s%s, %d thread%s", engine->kernels->name,
             engine->blas ? "OpenBLAS " : "no OpenBLAS", engine->blas ? blas_core(engine->blas) : "", count,
             count == 1 ? "" : "s");
    return engine;
}

void engine_free(struct engine *engine)
{
    if (!engine)
        return;
    threads_free(engine->threads);
    blas_close(engine->blas);
    free(engine);
}

int engine_threads(const struct engine *engine)
{
    return threads_count(engine->threads);
}

const struct kernels *engine_kernels(const struct engine *engine)
{
    return engine->kernels;
}

const char *engine_describe(const struct engine *engine)
{
    return engine->description;
}

void engine_parallel(struct engine *engine, int tiles, void (*run)(void *user, int tile), void *user)
{
    threads_run(engine->threads, tiles, run, user);
}

void engine_lower_priority(void)
{
    threads_lower_priority();
}

struct gemm_job {
    const struct gemm *whole;
    const struct kernels *kernels;
    const struct blas *blas;
    int across; /* tiles side by side */
};

static void gemm_tile(void *user, int tile)
{
    const struct gemm_job *job = user;
    struct gemm part = *job->whole;
    int row = tile / job->across * TILE_ROWS, column = tile % job->across * TILE_COLUMNS;
    part.m = part.m - row < TILE_ROWS ? part.m - row : TILE_ROWS;
    part.n = part.n - column < TILE_COLUMNS ? part.n - column : TILE_COLUMNS;
    part.a += part.transpose_a ? (size_t)row : (size_t)row * (size_t)part.a_stride;
    part.b += part.transpose_b ? (size_t)column * (size_t)part.b_stride : (size_t)column;
    part.c += (size_t)row * (size_t)part.c_stride + (size_t)column;
    if (job->blas)
        blas_gemm(job->blas, part.transpose_a, part.transpose_b, part.m, part.n, part.k, part.alpha, part.a,
                  part.a_stride, part.b, part.b_stride, part.beta, part.c, part.c_stride);
    else
        gemm_own(job->kernels, &part);
}

void engine_gemm(struct engine *engine, const struct gemm *gemm)
{
    int across = (gemm->n + TILE_COLUMNS - 1) / TILE_COLUMNS, down = (gemm->m + TILE_ROWS - 1) / TILE_ROWS;
    struct gemm_job job = { gemm, engine->kernels, engine->blas, across };
    engine_parallel(engine, across * down, gemm_tile, &job);
}

void engine_matmul_f32(struct engine *engine, const float *x, const float *w, float *out, int m, int n, int k)
{
    struct gemm gemm = { .transpose_b = true,
                         .m = m,
                         .n = n,
                         .k = k,
                         .alpha = 1,
                         .a = x,
                         .a_stride = k,
                         .b = w,
                         .b_stride = k,
                         .c = out,
                         .c_stride = n };
    engine_gemm(engine, &gemm);
}
