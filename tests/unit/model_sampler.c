/* Samplers as published: which places they reveal, how many, in which order, and what caches may leave out.
 * Whole runs of the loop on tiny networks with random weights. */
#include "model/base/memory.h"
#include "model/diffusion/denoise.h"
#include "model/diffusion/rules.h"
#include "model/tensor/engine.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PLACES = 12, STEPS_MAX = 64, FIRST = 4, VOCABULARY_MAX = 400 };

/* ---- rules by themselves */

static void even_counts_take_one_more_in_the_first_steps(void **state)
{
    (void)state;
    static const int expected[3] = { 3, 2, 2 };
    for (int step = 1; step <= 3; step++)
        assert_int_equal(count_even(&(struct sampler_step){ .total = 7, .step = step, .steps = 3 }),
                         expected[step - 1]);
    assert_int_equal(count_even(&(struct sampler_step){ .total = 5, .step = 8, .steps = 8 }), 0);
}

static void expected_counts_are_cut_and_the_last_step_takes_all(void **state)
{
    (void)state;
    assert_int_equal(count_expected(&(struct sampler_step){ .count = 9, .reveal = 0.33, .steps = 4 }), 2);
    assert_int_equal(
        count_expected(&(struct sampler_step){ .count = 9, .reveal = 0.33, .step = 4, .steps = 4 }), 9);
}

static void sure_places_are_taken_and_one_at_least(void **state)
{
    (void)state;
    const struct guess guesses[3] = { { .probability = 0.5 },
                                      { .probability = 0.9 },
                                      { .probability = 0.95 } };
    struct sampler_settings settings = { .threshold = 0.9 };
    struct sampler_step step = { .guesses = guesses, .count = 3, .settings = &settings };
    assert_int_equal(count_sure(&step, 3), 2);
    assert_int_equal(count_sure(&step, 1), 1);
    settings.threshold = 1;
    assert_int_equal(count_sure(&step, 3), 1);
}

/* log p of 0.5, 0.3, 0.15, 0.05 */
static void four_pieces(float row[4])
{
    static const float p[4] = { 0.15f, 0.5f, 0.05f, 0.3f };
    for (int v = 0; v < 4; v++)
        row[v] = logf(p[v]);
}

static void a_nucleus_is_the_fewest_pieces_above_its_share(void **state)
{
    (void)state;
    float row[4], room[4];
    four_pieces(row);
    temper(row, 4, 0, &(struct nucleus){ .top_p = 0.7 }, room);
    assert_float_equal(exp(row[1]), 0.5 / 0.8, 1e-6);
    assert_float_equal(exp(row[3]), 0.3 / 0.8, 1e-6);
    assert_float_equal(exp(row[0]) + exp(row[2]), 0, 1e-9);
    four_pieces(row);
    temper(row, 4, 0, &(struct nucleus){ .top_p = 0.95, .top_k = 1 }, room);
    assert_float_equal(exp(row[1]), 1, 1e-6);
    assert_true(isfinite(row[0]));
}

static void temperature_sharpens_and_flattens(void **state)
{
    (void)state;
    float row[4];
    four_pieces(row);
    temper(row, 4, 0.5, &(struct nucleus){ 0 }, NULL);
    assert_float_equal(row[1] - row[3], 2 * log(0.5 / 0.3), 1e-5);
}

static void a_number_draws_the_piece_where_the_sums_pass_it(void **state)
{
    (void)state;
    const double numbers[4] = { 0.0, 0.149, 0.151, 0.999 };
    const int32_t pieces[4] = { 0, 0, 1, 3 };
    float row[4];
    four_pieces(row);
    struct draws_list list = { .at = numbers, .count = 4 };
    struct draws draws = draws_recorded(&list);
    for (int i = 0; i < 4; i++)
        assert_int_equal(draw_piece(row, 4, &draws), pieces[i]);
}

/* ---- runs */

struct model {
    struct engine *engine;
    struct checkpoint *checkpoint;
    struct denoiser *denoiser;
    struct denoiser_session *session;
};

static void model_open(struct model *model, const char *family)
{
    struct lacuna_error error = { 0 };
    char path[512];
    snprintf(path, sizeof path, "%s%s", LACUNA_TINY_MODEL, family);
    model->engine = engine_new(1, &error);
    model->checkpoint = checkpoint_open(path, &error);
    if (!model->checkpoint)
        fail_msg("%s", error.message);
    model->denoiser = denoiser_open(model->checkpoint, model->engine, &error);
    if (!model->denoiser)
        fail_msg("%s", error.message);
    model->session = denoiser_session_new(model->denoiser, &error);
}

static void model_close(struct model *model)
{
    denoiser_session_free(model->session);
    denoiser_close(model->denoiser);
    checkpoint_close(model->checkpoint);
    engine_free(model->engine);
}

/* PLACES masks between text, and what is open after each step. */
struct run {
    struct model model;
    struct denoise denoise;
    struct sequence sequence;
    struct workspace workspace;
    uint8_t open[STEPS_MAX][PLACES];
    int steps;
};

static void observe(void *user, int step, int steps, struct sequence *const *sequences, int count)
{
    (void)steps;
    assert_int_equal(count, 1);
    assert_true(step <= STEPS_MAX);
    struct run *run = user;
    memcpy(run->open[step - 1], sequences[0]->canvas.open, PLACES);
    run->steps = step;
}

static void set_context(struct run *run)
{
    int32_t ids[2 * FIRST], positions[2 * FIRST];
    for (int i = 0; i < 2 * FIRST; i++) {
        ids[i] = 60 + 3 * i;
        positions[i] = i < FIRST ? i : PLACES + i;
    }
    struct rows rows = { .ids = ids, .positions = positions, .count = 2 * FIRST };
    assert_true(denoiser_context(run->model.session, &rows, NULL));
}

static void run_open(struct run *run, const char *family, const char *sampler)
{
    *run = (struct run){ 0 };
    model_open(&run->model, family);
    run->denoise = denoise_of(denoiser_framing(run->model.denoiser));
    run->denoise.session = run->model.session;
    run->denoise.sampler = sampler_find(sampler);
    assert_non_null(run->denoise.sampler);
    run->denoise.steps = 6;
    run->denoise.workspace = &run->workspace;
    run->denoise.user = run;
    run->denoise.observe = observe;
    set_context(run);
}

static void run_start(struct run *run, double heat)
{
    struct process_noise noise = denoise_noise(&run->denoise);
    canvas_free(&run->sequence.canvas);
    run->sequence =
        (struct sequence){ .canvas = canvas_new(PLACES, FIRST), .heat = heat, .random = random_new(3, 0) };
    run->denoise.process->begin(&run->sequence.canvas, &noise, NULL);
    struct sequence *sequence = &run->sequence;
    struct lacuna_error error = { 0 };
    if (!denoise_run(&run->denoise, &sequence, 1, &error))
        fail_msg("%s", error.message);
    assert_int_equal(canvas_open(&run->sequence.canvas), 0);
}

static void run_close(struct run *run)
{
    canvas_free(&run->sequence.canvas);
    workspace_free(&run->workspace);
    model_close(&run->model);
}

static int count_open(const uint8_t *open, int first, int end)
{
    int count = 0;
    for (int i = first; i < end; i++)
        count += open[i];
    return count;
}

static void blocks_go_from_left_to_right(void **state)
{
    (void)state;
    static const char *const samplers[] = { "low_confidence", "random", "threshold", "prefix_cache",
                                            "dual_cache" };
    for (size_t s = 0; s < sizeof samplers / sizeof *samplers; s++) {
        struct run run;
        run_open(&run, "_llada", samplers[s]);
        run.denoise.settings.block_length = 4;
        run_start(&run, 0);
        for (int step = 0; step < run.steps; step++)
            for (int block = 1; block < PLACES / 4; block++)
                if (count_open(run.open[step], 4 * block - 4, 4 * block))
                    assert_int_equal(count_open(run.open[step], 4 * block, PLACES), PLACES - 4 * block);
        run_close(&run);
    }
}

static void even_steps_reveal_as_many_each(void **state)
{
    (void)state;
    struct run run;
    run_open(&run, "_llada", "low_confidence");
    run.denoise.settings.block_length = 6;
    run_start(&run, 0.7);
    assert_int_equal(run.steps, 6);
    for (int step = 0; step < 6; step++)
        assert_int_equal(count_open(run.open[step], 0, PLACES), PLACES - 2 * (step + 1));
    run_close(&run);
}

static void a_threshold_reveals_one_at_least_and_all_that_is_sure(void **state)
{
    (void)state;
    static const char *const samplers[] = { "threshold", "sample_confidence", "confidence_threshold" };
    for (size_t s = 0; s < sizeof samplers / sizeof *samplers; s++) {
        struct run run;
        run_open(&run, "_dream", samplers[s]);
        run.denoise.settings = (struct sampler_settings){ .threshold = 1, .block_length = PLACES };
        run_start(&run, 0);
        assert_int_equal(run.steps, PLACES);
        run.denoise.settings.threshold = 1e-9;
        run_start(&run, 0);
        assert_int_equal(run.steps, s == 2 ? 6 : 1);
        run_close(&run);
    }
}

static void a_fixed_number_is_revealed_in_every_step(void **state)
{
    (void)state;
    struct run run;
    run_open(&run, "_tiny_diffusion", "sample_topk");
    run.denoise.settings.reveals = 5;
    run_start(&run, 1);
    assert_int_equal(run.steps, 3);
    assert_int_equal(count_open(run.open[0], 0, PLACES), PLACES - 5);
    run_close(&run);
}

static void one_piece_to_draw_among_is_the_best_one(void **state)
{
    (void)state;
    static const char *const samplers[] = { "maskgit_plus", "topk_margin", "entropy", "confidence" };
    for (size_t s = 0; s < sizeof samplers / sizeof *samplers; s++) {
        struct run run;
        int32_t best[PLACES];
        run_open(&run, "_dream", samplers[s]);
        run.denoise.settings.nucleus.top_k = 1;
        run_start(&run, 0);
        memcpy(best, run.sequence.canvas.ids, sizeof best);
        run_start(&run, 2);
        assert_memory_equal(best, run.sequence.canvas.ids, sizeof best);
        run_close(&run);
    }
}

/* Numbers that were drawn elsewhere say which places are revealed: those below the schedule's chance. */
static void recorded_numbers_reveal_places(void **state)
{
    (void)state;
    double numbers[PLACES];
    for (int i = 0; i < PLACES; i++)
        numbers[i] = i == 3 || i == 7 ? 0.01 : 0.9;
    struct draws_tape tape = { .list[DRAW_RANK] = { .at = numbers, .count = PLACES } };
    struct draws draws = draws_taped(&tape);
    struct run run;
    run_open(&run, "_dream", "origin");
    struct process_noise noise = denoise_noise(&run.denoise);
    run.sequence = (struct sequence){ .canvas = canvas_new(PLACES, FIRST), .draws = &draws };
    run.denoise.process->begin(&run.sequence.canvas, &noise, NULL);
    struct sequence *sequence = &run.sequence;
    assert_true(denoise_step(&run.denoise, (struct time_step){ .t = 1, .s = 0.8, .step = 1, .steps = 5 },
                             &sequence, 1, NULL));
    for (int i = 0; i < PLACES; i++)
        assert_int_equal(run.sequence.canvas.open[i], i != 3 && i != 7);
    run_close(&run);
}

/* ---- caches */

static void a_context_apart_is_the_same_with_and_without_caches(void **state)
{
    (void)state;
    static const char *const samplers[] = { "threshold", "prefix_cache", "dual_cache" };
    int32_t ids[3][PLACES];
    for (size_t s = 0; s < 3; s++) {
        struct run run;
        run_open(&run, "", samplers[s]);
        run.denoise.settings = (struct sampler_settings){ .threshold = 0.5, .block_length = 5 };
        run_start(&run, 0);
        memcpy(ids[s], run.sequence.canvas.ids, sizeof ids[s]);
        run_close(&run);
    }
    assert_memory_equal(ids[0], ids[1], sizeof ids[0]);
    assert_memory_equal(ids[0], ids[2], sizeof ids[0]);
}

/* While nothing changes outside the window, its rows alone give what all rows give. */
static void a_window_sees_what_was_kept(void **state)
{
    (void)state;
    static const char *const families[] = { "_llada", "_dream" };
    enum { WANTED = 3 };
    const int wanted[WANTED] = { 4, 5, 7 };
    int32_t ids[PLACES], positions[PLACES];
    for (size_t f = 0; f < 2; f++) {
        struct run run;
        run_open(&run, families[f], "dual_cache");
        int32_t vocabulary = run.denoise.framing->vocabulary;
        float whole[WANTED * VOCABULARY_MAX], window[WANTED * VOCABULARY_MAX];
        assert_true(vocabulary <= VOCABULARY_MAX);
        for (int i = 0; i < PLACES; i++) {
            ids[i] = 40 + i;
            positions[i] = FIRST + i;
        }
        struct denoiser_cache *cache = denoiser_cache_new();
        struct rows rows = { .ids = ids,
                             .positions = positions,
                             .count = PLACES,
                             .wanted = wanted,
                             .wanted_count = WANTED,
                             .cache = cache,
                             .window_first = FIRST + 4,
                             .window_end = FIRST + 8 };
        assert_true(denoiser_caches(run.model.session) && !denoiser_cache_filled(cache));
        assert_true(denoiser_step(run.model.session, &rows, 1, whole, NULL, NULL));
        assert_true(denoiser_cache_filled(cache));
        assert_true(denoiser_step(run.model.session, &rows, 1, window, NULL, NULL));
        for (int i = 0; i < WANTED * vocabulary; i++)
            assert_float_equal(whole[i], window[i], 1e-4);
        ids[0] = 99;
        assert_true(denoiser_step(run.model.session, &rows, 1, whole, NULL, NULL));
        assert_memory_equal(whole, window, (size_t)(WANTED * vocabulary) * sizeof *whole);
        denoiser_cache_drop(cache);
        assert_true(denoiser_step(run.model.session, &rows, 1, whole, NULL, NULL));
        assert_memory_not_equal(whole, window, (size_t)(WANTED * vocabulary) * sizeof *whole);
        denoiser_cache_free(cache);
        run_close(&run);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(even_counts_take_one_more_in_the_first_steps),
        cmocka_unit_test(expected_counts_are_cut_and_the_last_step_takes_all),
        cmocka_unit_test(sure_places_are_taken_and_one_at_least),
        cmocka_unit_test(a_nucleus_is_the_fewest_pieces_above_its_share),
        cmocka_unit_test(temperature_sharpens_and_flattens),
        cmocka_unit_test(a_number_draws_the_piece_where_the_sums_pass_it),
        cmocka_unit_test(blocks_go_from_left_to_right),
        cmocka_unit_test(even_steps_reveal_as_many_each),
        cmocka_unit_test(a_threshold_reveals_one_at_least_and_all_that_is_sure),
        cmocka_unit_test(a_fixed_number_is_revealed_in_every_step),
        cmocka_unit_test(one_piece_to_draw_among_is_the_best_one),
        cmocka_unit_test(recorded_numbers_reveal_places),
        cmocka_unit_test(a_context_apart_is_the_same_with_and_without_caches),
        cmocka_unit_test(a_window_sees_what_was_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
