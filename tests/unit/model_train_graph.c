/* The gradients of the training graph against central differences, for every tensor, on rows of each kind. */
#include "model/tensor/engine.h"
#include "model/train/draw.h"
#include "model/train/graph.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 5, PLACES_MAX = 21 };
static const struct shape small = { .vocabulary = 40, .width = 24, .layers = 2, .heads = 3, .inner = 37 };

struct fixture {
    struct engine *engine;
    struct products *products;
    struct parameters *parameters;
    struct graph *graph;
    float *weights, *gradient;
    struct batch batch;
};

static struct fixture begin(int threads, bool dropout)
{
    struct fixture f = { .engine = engine_new(threads, NULL) };
    assert_non_null(f.engine);
    f.products = products_new(f.engine, PRECISION_F32, NULL);
    f.parameters = parameters_new(&small);
    f.weights = parameters_run(f.parameters);
    f.gradient = parameters_run(f.parameters);
    parameters_initialise(f.parameters, f.weights, 3);
    for (int n = 0; n < f.parameters->count;
         n++) { /* far enough from zero that attention is uneven, and norms differ */
        const struct parameter *p = &f.parameters->at[n];
        for (int i = 0; i < p->rows * p->cols; i++)
            f.weights[p->offset + (size_t)i] *= p->rows == 1 ? 1.0f + 0.02f * (float)i : 4.0f;
    }
    struct graph_limits limits = { ROWS * PLACES_MAX, PLACES_MAX, 200, dropout };
    f.graph = graph_new(f.parameters, f.engine, f.products, limits, NULL);
    assert_non_null(f.graph);
    return f;
}

static void end(struct fixture *f)
{
    batch_free(&f->batch);
    graph_free(f->graph);
    free(f->weights);
    free(f->gradient);
    parameters_free(f->parameters);
    products_free(f->products);
    engine_free(f->engine);
}

/* Rows of several lengths: all causal, or context with attributes before it and holes in it. */
static void add_rows(struct batch *batch, bool causal)
{
    struct random random = draw_stream(5, DRAW_ROW, causal);
    for (int r = 0; r < ROWS; r++) {
        int32_t ids[PLACES_MAX], wanted[PLACES_MAX], positions[PLACES_MAX];
        uint8_t kinds[PLACES_MAX];
        float weight[PLACES_MAX];
        int count = PLACES_MAX - 2 * r;
        for (int i = 0; i < count; i++) {
            bool hole = i >= 3 && draw_chance(&random, 0.4);
            ids[i] = (int32_t)draw_range(&random, 0, small.vocabulary);
            wanted[i] = (int32_t)draw_range(&random, 0, small.vocabulary);
            positions[i] = causal ? i : 3 * i;
            kinds[i] = (uint8_t)(causal  ? KIND_CAUSAL
                                 : i < 3 ? KIND_ATTRIBUTE
                                 : hole  ? KIND_HOLE
                                         : KIND_CONTEXT);
            weight[i] = causal || hole || i == 7 ? 0.01f * (float)(1 + i) : 0.0f;
        }
        batch_add_row(batch, &(struct row){ count, ids, wanted, positions, kinds, weight, 0, 0 });
    }
}

static double loss_at(struct fixture *f, float dropout)
{
    return graph_run(f->graph, &f->batch,
                     &(struct pass){ .weights = f->weights, .dropout = dropout, .seed = 9 });
}

/* Along its own direction a tensor's gradient must give its squared length. */
static void check_tensors(struct fixture *f, float dropout)
{
    struct pass pass = { .weights = f->weights, .gradient = f->gradient, .dropout = dropout, .seed = 9 };
    graph_run(f->graph, &f->batch, &pass);
    float *held = parameters_run(f->parameters);
    memcpy(held, f->weights, sizeof *held * f->parameters->size);
    for (int n = 0; n < f->parameters->count; n++) {
        const struct parameter *p = &f->parameters->at[n];
        size_t count = (size_t)p->rows * (size_t)p->cols;
        double square = 0.0;
        for (size_t i = 0; i < count; i++)
            square += (double)f->gradient[p->offset + i] * (double)f->gradient[p->offset + i];
        assert_true(square > 0.0);
        double step = 4e-3 / sqrt(square), difference = 0.0;
        for (int side = -1; side <= 1; side += 2) {
            for (size_t i = 0; i < count; i++)
                f->weights[p->offset + i] =
                    held[p->offset + i] + (float)(side * step * (double)f->gradient[p->offset + i]);
            difference += side * loss_at(f, dropout);
        }
        memcpy(f->weights, held, sizeof *held * f->parameters->size);
        double ratio = difference / (2.0 * step) / square;
        if (fabs(ratio - 1.0) > 0.01)
            fail_msg("%s: %g of the difference quotient", p->name, ratio);
    }
    free(held);
}

static void causal_rows_have_true_gradients(void **state)
{
    (void)state;
    struct fixture f = begin(1, false);
    add_rows(&f.batch, true);
    check_tensors(&f, 0.0f);
    end(&f);
}

static void hole_rows_have_true_gradients(void **state)
{
    (void)state;
    struct fixture f = begin(1, false);
    add_rows(&f.batch, false);
    check_tensors(&f, 0.0f);
    end(&f);
}

static void gradients_are_true_under_dropout(void **state)
{
    (void)state;
    struct fixture f = begin(1, true);
    add_rows(&f.batch, false);
    check_tensors(&f, 0.25f);
    end(&f);
}

static void single_weights_have_true_gradients(void **state)
{
    (void)state;
    struct fixture f = begin(1, false);
    add_rows(&f.batch, false);
    graph_run(f.graph, &f.batch, &(struct pass){ .weights = f.weights, .gradient = f.gradient });
    struct random random = draw_stream(1, DRAW_WEIGHTS, 0);
    for (int n = 0; n < 40; n++) {
        size_t at = (size_t)draw_range(&random, 0, (int64_t)f.parameters->size);
        float held = f.weights[at], step = 0.02f;
        f.weights[at] = held + step;
        double above = loss_at(&f, 0.0f);
        f.weights[at] = held - step;
        double below = loss_at(&f, 0.0f);
        f.weights[at] = held;
        assert_true(fabs((above - below) / (2.0 * (double)step) - (double)f.gradient[at]) < 2e-3);
    }
    end(&f);
}

static void context_does_not_see_holes(void **state)
{
    (void)state;
    struct fixture f = begin(1, false);
    add_rows(&f.batch, false);
    float before[ROWS * PLACES_MAX], after[ROWS * PLACES_MAX];
    graph_run(f.graph, &f.batch, &(struct pass){ .weights = f.weights, .losses = before });
    for (int i = 0; i < f.batch.count; i++)
        if (f.batch.kinds[i] == KIND_HOLE)
            f.batch.ids[i] = (f.batch.ids[i] + 1) % small.vocabulary;
    graph_run(f.graph, &f.batch, &(struct pass){ .weights = f.weights, .losses = after });
    for (int n = 0; n < f.batch.chosen; n++)
        if (f.batch.kinds[f.batch.at[n]] == KIND_CONTEXT)
            assert_true(before[n] == after[n]);
    end(&f);
}

static void threads_do_not_change_a_number(void **state)
{
    (void)state;
    struct fixture one = begin(1, false), three = begin(3, false);
    add_rows(&one.batch, false);
    add_rows(&three.batch, false);
    double a =
        graph_run(one.graph, &one.batch, &(struct pass){ .weights = one.weights, .gradient = one.gradient });
    double b = graph_run(three.graph, &three.batch,
                         &(struct pass){ .weights = three.weights, .gradient = three.gradient });
    assert_true(a == b);
    assert_memory_equal(one.gradient, three.gradient, sizeof(float) * one.parameters->size);
    end(&one);
    end(&three);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(causal_rows_have_true_gradients),
        cmocka_unit_test(hole_rows_have_true_gradients),
        cmocka_unit_test(gradients_are_true_under_dropout),
        cmocka_unit_test(single_weights_have_true_gradients),
        cmocka_unit_test(context_does_not_see_holes),
        cmocka_unit_test(threads_do_not_change_a_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
