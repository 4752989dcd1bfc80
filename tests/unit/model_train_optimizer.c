/* What a step of learning does to weights. */
#include "model/tensor/engine.h"
#include "model/train/draw.h"
#include "model/train/optimizer.h"
#include "model/train/schedule.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct shape small = { .vocabulary = 30, .width = 12, .layers = 1, .heads = 2, .inner = 20 };

struct fixture {
    struct engine *engine;
    struct products *products;
    struct parameters *parameters;
    float *weights, *gradient;
    struct optimizer *optimizer;
};

static struct fixture begin(struct optimizer_recipe recipe)
{
    struct fixture f = { .engine = engine_new(2, NULL), .parameters = parameters_new(&small) };
    f.products = products_new(f.engine, PRECISION_F32, NULL);
    f.weights = parameters_run(f.parameters);
    f.gradient = parameters_run(f.parameters);
    struct random random = draw_stream(2, DRAW_WEIGHTS, 0);
    for (size_t i = 0; i < f.parameters->size; i++)
        f.gradient[i] = 1e-3f * random_normal(&random);
    f.optimizer = optimizer_new(f.parameters, f.engine, f.products, recipe, f.weights);
    return f;
}

static void end(struct fixture *f)
{
    optimizer_free(f->optimizer);
    free(f->weights);
    free(f->gradient);
    parameters_free(f->parameters);
    products_free(f->products);
    engine_free(f->engine);
}

/* Newton-Schulz takes every singular value near 1, so each row of a wide update (column of a tall one) has
 * about length 1. */
static void muon_moves_along_orthogonal_rows(void **state)
{
    (void)state;
    struct fixture f = begin(optimizer_recipe_default());
    optimizer_step(f.optimizer, f.weights, f.gradient, 0.01);
    int matrices = 0;
    for (int n = 0; n < f.parameters->count; n++) {
        const struct parameter *p = &f.parameters->at[n];
        if (!p->matrix)
            continue;
        bool wide = p->rows <= p->cols;
        int lines = wide ? p->rows : p->cols, length = wide ? p->cols : p->rows;
        double scale = 0.01 * 0.2 * sqrt(length), total = 0.0, across = 0.0;
        for (int i = 0; i < lines; i++)
            for (int j = 0; j < lines; j++) {
                double product = 0.0;
                for (int k = 0; k < length; k++)
                    product +=
                        (double)f.weights[p->offset + (size_t)(wide ? i * p->cols + k : k * p->cols + i)] *
                        (double)f.weights[p->offset + (size_t)(wide ? j * p->cols + k : k * p->cols + j)];
                product /= scale * scale;
                total += i == j ? product : 0.0;
                across = i != j && fabs(product) > across ? fabs(product) : across;
            }
        assert_true(total / lines > 0.6 && total / lines < 1.4);
        assert_true(across < 0.5);
        matrices++;
    }
    assert_int_equal(matrices, 7);
    end(&f);
}

static void the_first_step_of_adamw_is_the_learning_rate(void **state)
{
    (void)state;
    struct optimizer_recipe recipe = optimizer_recipe_default();
    recipe.muon = false;
    struct fixture f = begin(recipe);
    optimizer_step(f.optimizer, f.weights, f.gradient, 0.01);
    for (size_t i = 0; i < f.parameters->size; i++)
        if (fabsf(f.gradient[i]) > 1e-5f)
            assert_true(fabs((double)f.weights[i] + copysign(0.01, (double)f.gradient[i])) < 1e-4);
    end(&f);
}

static void long_gradients_are_clipped(void **state)
{
    (void)state;
    struct optimizer_recipe recipe = optimizer_recipe_default();
    recipe.muon = false;
    struct fixture f = begin(recipe);
    double square = 0.0, after = 0.0;
    for (size_t i = 0; i < f.parameters->size; i++) {
        f.gradient[i] *= 1e4f;
        square += (double)f.gradient[i] * (double)f.gradient[i];
    }
    double length = optimizer_step(f.optimizer, f.weights, f.gradient, 0.01);
    assert_true(fabs(length / sqrt(square) - 1.0) < 1e-6);
    for (size_t i = 0; i < f.parameters->size; i++)
        after += (double)f.gradient[i] * (double)f.gradient[i];
    assert_true(fabs(sqrt(after) - 1.0) < 1e-3);
    end(&f);
}

static void the_average_follows_the_weights(void **state)
{
    (void)state;
    struct fixture f = begin(optimizer_recipe_default());
    optimizer_step(f.optimizer, f.weights, f.gradient, 0.01);
    float share =
        1.0f - 2.0f / 11.0f; /* the first steps count for more: (1 + n) / (10 + n) of the old is kept */
    for (size_t i = 0; i < f.parameters->size; i++)
        assert_true(fabsf(f.optimizer->average[i] - share * f.weights[i]) < 1e-6f);
    end(&f);
}

static void the_rate_rises_holds_and_falls(void **state)
{
    (void)state;
    struct leg_schedule s = {
        .steps = 100, .rate = 1.0, .warmup = 10, .decay = DECAY_LINEAR, .decay_share = 0.5
    };
    assert_true(fabs(schedule_rate(&s, 0, schedule_done(&s, 0, 0, 0.0)) - 0.1) < 1e-9);
    assert_true(fabs(schedule_rate(&s, 30, schedule_done(&s, 30, 0, 0.0)) - 1.0) < 1e-9);
    assert_true(fabs(schedule_rate(&s, 75, schedule_done(&s, 75, 0, 0.0)) - 0.5) < 1e-9);
    assert_true(fabs(schedule_rate(&s, 100, schedule_done(&s, 100, 0, 0.0)) - 0.01) < 1e-9);
    s.decay = DECAY_NONE;
    assert_true(fabs(schedule_rate(&s, 99, 0.99) - 1.0) < 1e-9);
    s.minutes = 2.0;
    assert_true(fabs(schedule_done(&s, 10, 0, 90.0) - 0.75) < 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(muon_moves_along_orthogonal_rows),
        cmocka_unit_test(the_first_step_of_adamw_is_the_learning_rate),
        cmocka_unit_test(long_gradients_are_clipped),
        cmocka_unit_test(the_average_follows_the_weights),
        cmocka_unit_test(the_rate_rises_holds_and_falls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
