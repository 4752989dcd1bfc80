/* The gradients of the Gaussian losses against central differences, for every tensor. */
#include "model/tensor/engine.h"
#include "model/train/denoising.h"
#include "model/train/draw.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 4, LENGTH = 7, PLACES = ROWS * LENGTH, WIDTH = 5, STEPS = 10, VOCABULARY = 12 };

enum kind_of_loss { VECTORS, NOISE, CODES };

struct fixture {
    struct engine *engine;
    struct products *products;
    struct parameters *parameters;
    struct graph *graph;
    struct denoising *denoising;
    float *weights, *gradient;
    struct batch batch;
    struct denoising_draw draw;
    struct denoising_time times[ROWS];
    float codes[VOCABULARY * WIDTH];
    int32_t ids[PLACES];
    uint8_t open[PLACES];
    float start_noise[PLACES * WIDTH], noise[PLACES * WIDTH];
};

static double alpha_bar_at(int t)
{
    return 0.99 - 0.09 * t;
}

static void add_rows(struct fixture *f, bool given)
{
    struct random random = draw_stream(5, DRAW_ROW, 1);
    int32_t positions[LENGTH], none[LENGTH] = { 0 };
    uint8_t kinds[LENGTH];
    float weight[LENGTH] = { 0 };
    memset(kinds, KIND_HOLE, sizeof kinds);
    for (int i = 0; i < LENGTH; i++)
        positions[i] = i;
    for (int r = 0; r < ROWS; r++) {
        double alpha_bar = alpha_bar_at(r * 3);
        f->times[r] = (struct denoising_time){ .clean = (float)sqrt(alpha_bar),
                                               .noisy = (float)sqrt(1 - alpha_bar),
                                               .told = (float)(r * 300),
                                               .last = r == 0 };
        batch_add_row(&f->batch, &(struct row){ LENGTH, none, none, positions, kinds, weight, 0, 0 });
    }
    for (int i = 0; i < PLACES; i++) {
        f->ids[i] = (int32_t)draw_range(&random, 0, VOCABULARY);
        f->open[i] = i % LENGTH > 2;
    }
    for (int i = 0; i < PLACES * WIDTH; i++) {
        f->start_noise[i] = random_normal(&random);
        f->noise[i] = random_normal(&random);
    }
    f->draw = (struct denoising_draw){ .rows = ROWS,
                                       .length = LENGTH,
                                       .ids = f->ids,
                                       .open = given ? f->open : NULL,
                                       .times = f->times,
                                       .start_noise = f->start_noise,
                                       .noise = f->noise };
}

static void begin(struct fixture *f, bool twice, enum kind_of_loss kind, bool given)
{
    struct shape shape = { .vocabulary = VOCABULARY,
                           .width = 24,
                           .layers = 2,
                           .heads = 3,
                           .inner = 31,
                           .vector_width = WIDTH,
                           .codes = kind == CODES,
                           .vector_in = twice ? 2 * WIDTH : WIDTH,
                           .time_features = 6 };
    memset(f, 0, sizeof *f);
    f->engine = engine_new(1, NULL);
    f->products = products_new(f->engine, PRECISION_F32, NULL);
    f->parameters = parameters_new(&shape);
    f->weights = parameters_run(f->parameters);
    f->gradient = parameters_run(f->parameters);
    parameters_initialise(f->parameters, f->weights, 3);
    for (size_t i = 0; i < f->parameters->size; i++)
        f->weights[i] += 0.03f * (float)(i % 7) - 0.09f;
    f->graph = graph_new(f->parameters, f->engine, f->products,
                         (struct graph_limits){ PLACES, LENGTH, LENGTH, false }, NULL);
    for (int i = 0; i < VOCABULARY * WIDTH; i++)
        f->codes[i] = i / WIDTH >> i % WIDTH & 1 ? 1 : -1;
    f->denoising = denoising_new(f->parameters, f->products,
                                 (struct denoising_process){ .spread = (float)sqrt(1 - alpha_bar_at(0)),
                                                             .remains = (float)alpha_bar_at(STEPS - 1),
                                                             .predicts_noise = kind == NOISE,
                                                             .codes = kind == CODES ? f->codes : NULL },
                                 PLACES);
    add_rows(f, given);
}

static void end(struct fixture *f)
{
    batch_free(&f->batch);
    denoising_free(f->denoising);
    graph_free(f->graph);
    free(f->weights);
    free(f->gradient);
    parameters_free(f->parameters);
    products_free(f->products);
    engine_free(f->engine);
}

static double loss_at(struct fixture *f, float *gradient, bool conditioned)
{
    struct pass pass = { .weights = f->weights, .gradient = gradient, .ends = denoising_ends(f->denoising) };
    denoising_set(f->denoising, &f->draw, f->weights, gradient);
    if (conditioned)
        denoising_condition(f->denoising);
    return graph_run(f->graph, &f->batch, &pass);
}

/* Along its own direction a tensor's gradient must give its squared length. */
static void check_tensors(struct fixture *f)
{
    loss_at(f, f->gradient, false);
    float *held = parameters_run(f->parameters);
    memcpy(held, f->weights, sizeof *held * f->parameters->size);
    for (int n = 0; n < f->parameters->count; n++) {
        const struct parameter *p = &f->parameters->at[n];
        size_t count = (size_t)p->rows * (size_t)p->cols;
        double square = 0, difference = 0;
        for (size_t i = 0; i < count; i++)
            square += (double)f->gradient[p->offset + i] * (double)f->gradient[p->offset + i];
        if (f->draw.target &&
            (p->offset == f->parameters->embedding || p->offset == f->parameters->vectors.bias)) {
            assert_true(square == 0);
            continue;
        }
        assert_true(square > 0);
        double step = 4e-3 / sqrt(square);
        for (int side = -1; side <= 1; side += 2) {
            for (size_t i = 0; i < count; i++)
                f->weights[p->offset + i] =
                    held[p->offset + i] + (float)(side * step * (double)f->gradient[p->offset + i]);
            difference += side * loss_at(f, NULL, false);
        }
        memcpy(f->weights, held, sizeof *held * f->parameters->size);
        double ratio = difference / (2 * step) / square;
        if (fabs(ratio - 1) > 0.01)
            fail_msg("%s: %g of the difference quotient", p->name, ratio);
    }
    free(held);
}

static void predicted_vectors_have_true_gradients(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, false, VECTORS, false);
    check_tensors(&f);
    end(&f);
}

static void predicted_noise_has_true_gradients(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, false, NOISE, false);
    check_tensors(&f);
    end(&f);
}

static void given_places_have_true_gradients(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, true, VECTORS, true);
    check_tensors(&f);
    end(&f);
}

static void bits_have_true_gradients(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, true, CODES, true);
    check_tensors(&f);
    end(&f);
}

/* A student's words are its teacher's. */
static void what_is_taught_has_true_gradients_and_leaves_words_alone(void **state)
{
    (void)state;
    struct fixture f;
    float noisy[PLACES * WIDTH];
    begin(&f, true, VECTORS, true);
    for (int i = 0; i < PLACES * WIDTH; i++)
        noisy[i] = 0.5f * f.noise[i] + 0.2f * f.start_noise[PLACES * WIDTH - 1 - i];
    f.draw.noisy = noisy;
    f.draw.condition = f.noise;
    f.draw.target = f.start_noise;
    check_tensors(&f);
    double whole = loss_at(&f, NULL, false);
    f.draw.condition = NULL;
    assert_true(fabs(whole - loss_at(&f, NULL, false)) > 1e-6);
    end(&f);
}

static void a_network_reads_what_it_predicted(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, true, VECTORS, false);
    double plain = loss_at(&f, NULL, false), conditioned = loss_at(&f, NULL, true);
    assert_true(fabs(plain - conditioned) > 1e-6);
    assert_true(fabs(plain - loss_at(&f, NULL, false)) < 1e-12);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(predicted_vectors_have_true_gradients),
        cmocka_unit_test(predicted_noise_has_true_gradients),
        cmocka_unit_test(given_places_have_true_gradients),
        cmocka_unit_test(bits_have_true_gradients),
        cmocka_unit_test(what_is_taught_has_true_gradients_and_leaves_words_alone),
        cmocka_unit_test(a_network_reads_what_it_predicted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
