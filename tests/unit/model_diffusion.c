/* Schedules, samplers, guidance, noise and canvas: the parts of the denoising loop by themselves. */
#include "model/base/memory.h"
#include "model/diffusion/denoise.h"
#include "model/diffusion/logits.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void schedules_run_from_clean_to_noise(void **state)
{
    (void)state;
    for (const struct schedule *const *row = schedule_table; *row; row++) {
        assert_ptr_equal(schedule_find((*row)->name), *row);
        const struct noise_schedule schedule = { .kind = *row };
        assert_float_equal(schedule_alpha_bar(&schedule, 0), 1, 2e-4);
        assert_float_equal(schedule_alpha_bar(&schedule, 1), 0, 2e-3);
        double all = 1;
        for (int k = 10; k > 0; k--) {
            double t = k / 10.0, s = (k - 1) / 10.0, reveal = schedule_reveal(&schedule, t, s);
            assert_true(schedule_alpha_bar(&schedule, s) > schedule_alpha_bar(&schedule, t));
            double rate = (schedule_sigma(&schedule, (t + s) / 2 + 1e-5) -
                           schedule_sigma(&schedule, (t + s) / 2 - 1e-5)) /
                          2e-5;
            assert_float_equal(schedule_noise_rate(&schedule, (t + s) / 2), rate, 1e-5 * rate);
            assert_true(reveal > 0 && reveal <= 1);
            all *= 1 - reveal;
        }
        assert_float_equal(
            all, (1 - schedule_alpha_bar(&schedule, 0)) / (1 - schedule_alpha_bar(&schedule, 1)), 1e-9);
        assert_float_equal(schedule_sigma(&schedule, 0.5), -log(schedule_alpha_bar(&schedule, 0.5)), 1e-12);
    }
    assert_null(schedule_find("none"));
}

static const struct guess sure = { .probability = 0.9, .margin = 0.85, .entropy = 0.2, .uniform = 0.3 };
static const struct guess torn = { .probability = 0.5, .margin = 0.01, .entropy = 0.7, .uniform = 0.3 };
static const struct guess lost = { .probability = 0.1, .margin = 0.05, .entropy = 5.0, .uniform = 0.3 };

static void samplers_reveal_the_surest_place_first(void **state)
{
    (void)state;
    static const char *const names[] = { "confidence", "margin", "entropy", "threshold" };
    for (size_t i = 0; i < 4; i++) {
        const struct sampler *sampler = sampler_find(names[i]);
        assert_non_null(sampler);
        assert_true(sampler->rank(&sure) > sampler->rank(&torn));
        assert_true(sampler->rank(&sure) > sampler->rank(&lost));
    }
    assert_true(sampler_find("margin")->rank(&lost) > sampler_find("margin")->rank(&torn));
    assert_true(sampler_find("entropy")->rank(&torn) > sampler_find("entropy")->rank(&lost));
}

static void ancestral_reveals_each_place_by_its_own_chance(void **state)
{
    (void)state;
    const struct sampler *sampler = sampler_find("ancestral");
    struct guess guesses[4] = {
        { .uniform = 0.1 }, { .uniform = 0.6 }, { .uniform = 0.2 }, { .uniform = 0.9 }
    };
    struct sampler_step step = { .guesses = guesses, .count = 4, .scheduled = 4, .reveal = 0.25 };
    assert_int_equal(sampler->count(&step), 2);
    assert_true(sampler->rank(&guesses[0]) > sampler->rank(&guesses[1]));
}

static void guidance_stresses_the_condition_within_its_floor(void **state)
{
    (void)state;
    float with[4] = { -1.0f, -1.2f, -2.0f, -9.0f }, without[4] = { -1.0f, -2.0f, -0.5f, -0.1f }, choice[4];
    struct guidance guidance = { .scale = 1, .floor = guidance_floor };
    guidance_mix(&guidance, choice, with, without, 4);
    for (int v = 0; v < 3; v++)
        assert_float_equal(choice[v], with[v], 1e-5);
    guidance.scale = 0;
    guidance_mix(&guidance, choice, with, without, 4);
    for (int v = 0; v < 3; v++)
        assert_float_equal(choice[v], without[v], 1e-5);
    guidance.scale = 2;
    guidance_mix(&guidance, choice, with, without, 4);
    assert_float_equal(choice[1], -2.0f + 2 * (-1.2f + 2.0f), 1e-5);
    assert_true(choice[3] < choice[0] && choice[3] < choice[1] && choice[3] < choice[2]);
    guidance.floor = 0;
    guidance_mix(&guidance, choice, with, without, 4);
    assert_float_equal(choice[3], -0.1f + 2 * (-9.0f + 0.1f), 1e-4);
}

static void distributions_are_what_libm_says(void **state)
{
    (void)state;
    enum { COUNT = 1003 };
    float row[COUNT];
    double sum = 0, entropy = 0, margin, found, best = 0, second = 0;
    struct random random = random_new(5, 0);
    for (int v = 0; v < COUNT; v++) {
        row[v] = 4 * random_normal(&random);
        sum += exp(row[v]);
    }
    for (int v = 0; v < COUNT; v++) {
        double p = exp(row[v]) / sum;
        entropy -= p * log(p);
        if (p > best) {
            second = best;
            best = p;
        } else if (p > second) {
            second = p;
        }
    }
    assert_float_equal(log_sum_exp(row, COUNT), log(sum), 1e-5);
    log_softmax(row, COUNT);
    distribution_shape(row, COUNT, &margin, &found);
    assert_float_equal(found, entropy, 1e-4);
    assert_float_equal(margin, best - second, 1e-5);
}

/* Of pieces with probabilities p the best of log p + noise is each one as often as p says. */
static void gumbel_noise_draws_from_the_distribution(void **state)
{
    (void)state;
    enum { DRAWS = 20000 };
    const float p[3] = { 0.6f, 0.3f, 0.1f };
    int hits[3] = { 0 };
    struct random random = random_new(1, 2);
    struct draws draws = draws_random(&random);
    for (int i = 0; i < DRAWS; i++) {
        float row[3] = { logf(p[0]), logf(p[1]), logf(p[2]) };
        add_gumbel(row, 3, 1, &draws);
        hits[argmax(row, 3)]++;
    }
    for (int v = 0; v < 3; v++)
        assert_float_equal(hits[v] / (double)DRAWS, p[v], 0.015);
}

static void recorded_numbers_are_used_one_by_one(void **state)
{
    (void)state;
    const double numbers[2] = { 0.25, 0.75 };
    struct draws_list list = { .at = numbers, .count = 2 };
    struct draws draws = draws_recorded(&list);
    assert_float_equal(draw_uniform(&draws), 0.25, 0);
    assert_float_equal(draw_gumbel(&draws), -log(-log(0.75)), 1e-9);
}

static void absorbing_decides_what_it_is_told_and_keeps_it(void **state)
{
    (void)state;
    const struct process *process = process_find("absorbing");
    struct canvas canvas = canvas_new(4, 10);
    canvas_put(&canvas, 1, 77, 1);
    struct process_noise noise = { .mask = 5, .vocabulary = 100 };
    process->begin(&canvas, &noise, NULL);
    assert_int_equal(canvas.ids[0], 5);
    assert_int_equal(canvas.ids[1], 77);
    assert_int_equal(canvas.positions[3], 13);
    struct guess guesses[3] = { { .place = 0, .token = 20, .shown = 0.5 },
                                { .place = 2, .token = 21, .shown = 0.25 },
                                { .place = 3, .token = 22, .shown = 0.1 } };
    const int order[3] = { 1, 0, 2 };
    struct reverse reverse = {
        .noise = &noise, .canvas = &canvas, .guesses = guesses, .order = order, .take = 2
    };
    process->advance(&reverse);
    assert_int_equal(canvas_open(&canvas), 1);
    assert_int_equal(canvas.ids[2], 21);
    assert_float_equal(canvas.probability[2], 0.25, 0);
    assert_int_equal(canvas.ids[3], 5);
    guesses[2].token = 5;
    reverse.order = (const int[]){ 2 };
    reverse.take = 1;
    process->advance(&reverse);
    assert_int_equal(canvas_open(&canvas), 1);
    canvas_free(&canvas);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(schedules_run_from_clean_to_noise),
        cmocka_unit_test(samplers_reveal_the_surest_place_first),
        cmocka_unit_test(ancestral_reveals_each_place_by_its_own_chance),
        cmocka_unit_test(guidance_stresses_the_condition_within_its_floor),
        cmocka_unit_test(distributions_are_what_libm_says),
        cmocka_unit_test(gumbel_noise_draws_from_the_distribution),
        cmocka_unit_test(recorded_numbers_are_used_one_by_one),
        cmocka_unit_test(absorbing_decides_what_it_is_told_and_keeps_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
