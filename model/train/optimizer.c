#include "model/train/optimizer.h"

#include "model/base/memory.h"
#include "model/tensor/engine.h"
#include "model/train/vector.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 65536, NEWTON_SCHULZ_STEPS = 5 };

struct step {
    struct optimizer *optimizer;
    float *weights, *gradient;
    struct adam_step adam;
    float average;
    double *squares; /* [chunks] */
    atomic_int next; /* parameter that no lane has taken yet */
};

struct optimizer_recipe optimizer_recipe_default(void)
{
    return (struct optimizer_recipe){ .muon = true,
                                      .momentum = 0.95f,
                                      .beta1 = 0.9f,
                                      .beta2 = 0.95f,
                                      .decay = 0.1f,
                                      .clip = 1.0f,
                                      .average = 0.999f };
}

static size_t chunks_of(const struct optimizer *o)
{
    return (o->parameters->size + CHUNK - 1) / CHUNK;
}

static size_t chunk_size(const struct optimizer *o, size_t chunk)
{
    size_t left = o->parameters->size - chunk * CHUNK;
    return left < CHUNK ? left : CHUNK;
}

struct optimizer *optimizer_new(const struct parameters *parameters, struct engine *engine,
                                const struct products *products, struct optimizer_recipe recipe,
                                const float *weights)
{
    struct optimizer *o = memory_new(1, sizeof *o);
    *o = (struct optimizer){
        .parameters = parameters, .engine = engine, .products = products, .recipe = recipe
    };
    o->first = parameters_run(parameters);
    o->second = parameters_run(parameters);
    o->average = parameters_run(parameters);
    optimizer_restart_average(o, weights);
    size_t small = 0, large = 0;
    for (int i = 0; i < parameters->count; i++) {
        const struct parameter *p = &parameters->at[i];
        size_t less = (size_t)(p->rows < p->cols ? p->rows : p->cols),
               size = (size_t)p->rows * (size_t)p->cols;
        small = p->matrix && less > small ? less : small;
        large = p->matrix && size > large ? size : large;
    }
    o->lane_size = 2 * large + 2 * small * small;
    o->scratch = memory_new((size_t)engine_threads(engine) * o->lane_size, sizeof *o->scratch);
    return o;
}

void optimizer_restart_average(struct optimizer *o, const float *weights)
{
    memcpy(o->average, weights, o->parameters->size * sizeof *weights);
    o->averaged_from = o->steps;
}

void optimizer_free(struct optimizer *o)
{
    if (!o)
        return;
    free(o->first);
    free(o->second);
    free(o->average);
    free(o->scratch);
    free(o);
}

static void square_chunk(void *user, int chunk)
{
    struct step *step = user;
    step->squares[chunk] =
        vector_square_sum(step->gradient + (size_t)chunk * CHUNK, chunk_size(step->optimizer, (size_t)chunk));
}

static double clip(struct step *step)
{
    struct optimizer *o = step->optimizer;
    size_t chunks = chunks_of(o);
    double total = 0.0;
    step->squares = memory_new(chunks, sizeof *step->squares);
    engine_parallel(o->engine, (int)chunks, square_chunk, step);
    for (size_t i = 0; i < chunks; i++)
        total += step->squares[i];
    free(step->squares);
    double length = sqrt(total);
    if (o->recipe.clip > 0.0f && length > o->recipe.clip)
        vector_scale(step->gradient, (float)(o->recipe.clip / (length + 1e-6)), o->parameters->size);
    return length;
}

/* x [rows, cols], rows ≤ cols, towards the nearest matrix with orthogonal rows, by the quintic iteration
 * x := a·x + (b·A + c·A²)·x with A = x·xᵀ. Returns where the result is: x or other. */
static float *orthogonalise(const struct products *p, float *x, float *other, float *square, float *quartic,
                            int rows, int cols)
{
    size_t size = (size_t)rows * (size_t)cols, small = (size_t)rows * (size_t)rows;
    vector_scale(x, (float)(1.0 / (sqrt(vector_square_sum(x, size)) + 1e-7)), size);
    for (int n = 0; n < NEWTON_SCHULZ_STEPS; n++) {
        struct matrix a = { square, rows };
        product_nt(p, (struct matrix){ x, cols }, (struct matrix){ x, cols }, square, rows, rows, rows, cols,
                   0.0f);
        product_nn(p, a, a, quartic, rows, rows, rows, rows, 0.0f);
        for (size_t i = 0; i < small; i++)
            quartic[i] = 2.0315f * quartic[i] - 4.7750f * square[i];
        memcpy(other, x, size * sizeof *x);
        product_nn(p, (struct matrix){ quartic, rows }, (struct matrix){ x, cols }, other, cols, rows, cols,
                   rows, 3.4445f);
        float *held = x;
        x = other;
        other = held;
    }
    return x;
}

/* The update is momentum looked ahead (Nesterov), made orthogonal; tall matrices are worked on turned. */
static void muon_step(struct step *step, const struct parameter *p, float *scratch)
{
    struct optimizer *o = step->optimizer;
    int rows = p->rows < p->cols ? p->rows : p->cols, cols = p->rows < p->cols ? p->cols : p->rows;
    size_t size = (size_t)rows * (size_t)cols;
    float *g = step->gradient + p->offset, *m = o->first + p->offset, *w = step->weights + p->offset;
    float *x = scratch, *other = x + size, *square = other + size,
          *quartic = square + (size_t)rows * (size_t)rows;
    bool turned = p->rows > p->cols;
    vector_lerp(m, g, 1.0f - o->recipe.momentum, size);
    vector_lerp(g, m, o->recipe.momentum, size);
    for (int i = 0; i < p->rows; i++)
        for (int j = 0; j < p->cols; j++)
            x[turned ? (size_t)j * (size_t)cols + (size_t)i : (size_t)i * (size_t)cols + (size_t)j] =
                g[(size_t)i * (size_t)p->cols + (size_t)j];
    const float *u = orthogonalise(o->products, x, other, square, quartic, rows, cols);
    float keep = 1.0f - step->adam.rate * o->recipe.decay, rate = step->adam.rate * 0.2f * sqrtf((float)cols);
    for (int i = 0; i < p->rows; i++)
        for (int j = 0; j < p->cols; j++) {
            float *at = &w[(size_t)i * (size_t)p->cols + (size_t)j];
            *at = keep * *at -
                  rate *
                      u[turned ? (size_t)j * (size_t)cols + (size_t)i : (size_t)i * (size_t)cols + (size_t)j];
        }
}

static void adam_parameter(struct step *step, const struct parameter *p)
{
    struct optimizer *o = step->optimizer;
    struct adam_step adam = step->adam;
    adam.decay = p->matrix ? o->recipe.decay : 0.0f;
    vector_adam(step->weights + p->offset, step->gradient + p->offset, o->first + p->offset,
                o->second + p->offset, (size_t)p->rows * (size_t)p->cols, &adam);
}

/* A lane takes one parameter after another; each parameter's step is the same whoever takes it. */
static void run_lane(void *user, int lane)
{
    struct step *step = user;
    struct optimizer *o = step->optimizer;
    for (;;) {
        int i = atomic_fetch_add(&step->next, 1);
        if (i >= o->parameters->count)
            return;
        const struct parameter *p = &o->parameters->at[i];
        if (o->recipe.muon && p->matrix)
            muon_step(step, p, o->scratch + (size_t)lane * o->lane_size);
        else
            adam_parameter(step, p);
    }
}

static void average_chunk(void *user, int chunk)
{
    struct step *step = user;
    size_t at = (size_t)chunk * CHUNK;
    vector_lerp(step->optimizer->average + at, step->weights + at, step->average,
                chunk_size(step->optimizer, (size_t)chunk));
}

double optimizer_step(struct optimizer *o, float *weights, float *gradient, double rate)
{
    o->steps++;
    double n = (double)o->steps, averaged = n - (double)o->averaged_from;
    double most = (1.0 + averaged) / (10.0 + averaged);
    struct step step = { .optimizer = o, .weights = weights, .gradient = gradient };
    step.adam = (struct adam_step){ .rate = (float)rate,
                                    .beta1 = o->recipe.beta1,
                                    .beta2 = o->recipe.beta2,
                                    .correction1 = (float)(1.0 / (1.0 - pow(o->recipe.beta1, n))),
                                    .correction2 = (float)(1.0 / (1.0 - pow(o->recipe.beta2, n))) };
    step.average = (float)(1.0 - (most < o->recipe.average ? most : o->recipe.average));
    double length = clip(&step);
    engine_parallel(o->engine, engine_threads(o->engine), run_lane, &step);
    engine_parallel(o->engine, (int)chunks_of(o), average_chunk, &step);
    return length;
}
