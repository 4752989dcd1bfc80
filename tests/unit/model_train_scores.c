/* Learning scores (SEDD): gradients against central differences for both processes and both schedules, rows
 * noised as their times say. */
#include "training_text.h"

#include "model/tensor/engine.h"
#include "model/train/draw.h"
#include "model/train/graph.h"
#include "model/train/rows.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 4, LENGTH = 11, LEVELS = 6 };

static const struct {
    const char *process, *schedule;
} noises[] = { { "absorbing", "log_linear" },
               { "absorbing", "geometric" },
               { "uniform", "log_linear" },
               { "uniform", "geometric" } };
enum { NOISES = sizeof noises / sizeof *noises };

static struct scores scores_of(const char *process, int vocabulary)
{
    bool moves = process_find(process)->moves;
    return (struct scores){ .process = process_find(process),
                            .prediction = prediction_find(moves ? "score" : "scaled_score"),
                            .noise = { .mask = moves ? -1 : 1, .vocabulary = vocabulary } };
}

static void add_rows(struct batch *batch, const struct scores *scores, const struct noise_schedule *schedule)
{
    struct random random = random_new(3, 1);
    for (int r = 0; r < ROWS; r++) {
        int32_t ids[LENGTH], wanted[LENGTH], positions[LENGTH];
        uint8_t kinds[LENGTH];
        float weight[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            bool noisy = random_below(&random, 2);
            wanted[i] = 2 + (int32_t)random_below(&random, (uint32_t)scores->noise.vocabulary - 2);
            ids[i] = !noisy ? wanted[i]
                     : scores->process->moves
                         ? (int32_t)random_below(&random, (uint32_t)scores->noise.vocabulary)
                         : scores->noise.mask;
            positions[i] = i;
            kinds[i] = KIND_HOLE;
            weight[i] = scores->process->moves || noisy ? 0.1f : 0.0f;
        }
        struct row row = { .count = LENGTH,
                           .ids = ids,
                           .wanted = wanted,
                           .positions = positions,
                           .kinds = kinds,
                           .weight = weight,
                           .level = r % LEVELS,
                           .sigma = schedule_sigma(schedule, 0.4 + 0.15 * r) };
        batch_add_row(batch, &row);
    }
}

/* Along its own direction a tensor's gradient must give its squared length. */
static void check_tensors(struct graph *graph, const struct parameters *parameters, const struct batch *batch,
                          const struct scores *scores, float *weights)
{
    float *gradient = parameters_run(parameters), *held = parameters_run(parameters);
    struct pass pass = { .weights = weights, .scores = scores, .gradient = gradient };
    graph_run(graph, batch, &pass);
    pass.gradient = NULL;
    memcpy(held, weights, sizeof *held * parameters->size);
    for (int n = 0; n < parameters->count; n++) {
        const struct parameter *p = &parameters->at[n];
        size_t count = (size_t)p->rows * (size_t)p->cols;
        double square = 0, difference = 0;
        for (size_t i = 0; i < count; i++)
            square += (double)gradient[p->offset + i] * (double)gradient[p->offset + i];
        assert_true(square > 0);
        double step = 2e-3 / sqrt(square);
        for (int side = -1; side <= 1; side += 2) {
            for (size_t i = 0; i < count; i++)
                weights[p->offset + i] =
                    held[p->offset + i] + (float)(side * step * (double)gradient[p->offset + i]);
            difference += side * graph_run(graph, batch, &pass);
        }
        memcpy(weights, held, sizeof *held * parameters->size);
        double ratio = difference / (2 * step) / square;
        if (fabs(ratio - 1) > 0.01)
            fail_msg("%s: %g of the difference quotient", p->name, ratio);
    }
    free(gradient);
    free(held);
}

static void scores_have_true_gradients(void **state)
{
    (void)state;
    const struct shape shape = {
        .vocabulary = 24, .width = 16, .layers = 2, .heads = 2, .inner = 20, .time_levels = LEVELS
    };
    for (int n = 0; n < NOISES; n++) {
        struct engine *engine = engine_new(1, NULL);
        struct products *products = products_new(engine, PRECISION_F32, NULL);
        struct parameters *parameters = parameters_new(&shape);
        float *weights = parameters_run(parameters);
        parameters_initialise(parameters, weights, 3);
        for (size_t i = 0; i < parameters->size; i++)
            weights[i] *= weights[i] == 1 ? 1 : 6;
        struct graph *graph = graph_new(parameters, engine, products,
                                        (struct graph_limits){ ROWS * LENGTH, LENGTH, LENGTH, false }, NULL);
        struct scores scores = scores_of(noises[n].process, shape.vocabulary);
        const struct noise_schedule schedule = { .kind = schedule_find(noises[n].schedule) };
        struct batch batch = { 0 };
        add_rows(&batch, &scores, &schedule);
        check_tensors(graph, parameters, &batch, &scores, weights);
        batch_free(&batch);
        graph_free(graph);
        free(weights);
        parameters_free(parameters);
        products_free(products);
        engine_free(engine);
    }
}

/* ---- rows */

static void rows_hold_as_much_noise_as_their_time_says(void **state)
{
    (void)state;
    char *folder = training_folder(), *data = training_data(folder);
    struct corpus *corpus = corpus_open(data, "train", NULL);
    assert_non_null(corpus);
    for (int n = 0; n < NOISES; n++) {
        struct scores scores = scores_of(noises[n].process, corpus->vocabulary);
        struct row_noise noise = { .process = scores.process,
                                   .schedule = { .kind = schedule_find(noises[n].schedule) },
                                   .noise = scores.noise,
                                   .levels = LEVELS };
        struct row_recipe recipe = row_recipe_default(64);
        recipe.noise = &noise;
        struct row_maker *maker = row_maker_new(corpus, recipe);
        struct random random = random_new(1, (uint64_t)n);
        double expected = 0, noised = 0, places = 0;
        for (int r = 0; r < 400; r++) {
            double share = r / 400.0;
            const struct row *row = row_maker_make(maker, &random, share);
            assert_in_range(row->level, 0, LEVELS - 1);
            for (int i = ATTRIBUTE_SLOTS; i < row->count; i++) {
                noised += row->ids[i] != row->wanted[i];
                expected += -expm1(-row->sigma) * (scores.process->moves ? 1 - 1.0 / corpus->vocabulary : 1);
                places++;
                assert_true(scores.process->moves || (row->weight[i] > 0) == (row->ids[i] == TOKEN_MASK));
            }
        }
        assert_float_equal(noised / places, expected / places, 0.02);
        row_maker_free(maker);
    }
    corpus_close(corpus);
    free(data);
    training_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_have_true_gradients),
        cmocka_unit_test(rows_hold_as_much_noise_as_their_time_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
