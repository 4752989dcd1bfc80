/* Gaussian diffusion and analog bits as arithmetic: closed forms, respacing, rounding, codes. */
#include "model/base/memory.h"
#include "model/base/random.h"
#include "model/diffusion/beta.h"
#include "model/diffusion/bits.h"
#include "model/diffusion/gaussian.h"
#include "model/network/codes.h"
#include "model/network/rounding.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct gaussian process_of(const char *name, int whole, const char *respacing)
{
    struct lacuna_error error = { 0 };
    double *betas = memory_new((size_t)whole, sizeof *betas);
    int *kept = memory_new((size_t)whole, sizeof *kept);
    assert_true(beta_fill(beta_find(name), betas, whole, &error));
    int count = gaussian_respace(respacing, whole, kept, &error);
    assert_int_not_equal(count, 0);
    struct gaussian gaussian = gaussian_new(betas, whole, kept, count);
    free(betas);
    free(kept);
    return gaussian;
}

static void schedules_end_in_noise(void **state)
{
    (void)state;
    for (const struct beta_schedule *const *row = beta_table; *row; row++) {
        assert_ptr_equal(beta_find((*row)->name), *row);
        struct gaussian gaussian = process_of((*row)->name, 1000, "");
        for (int t = 0; t < 1000; t++)
            assert_true(gaussian.beta[t] > 0 && gaussian.alpha_bar[t] < gaussian.alpha_bar_before[t]);
        assert_true(gaussian.alpha_bar[999] < 1e-3);
        gaussian_free(&gaussian);
    }
    assert_null(beta_find("none"));
}

static void linear_is_the_published_one_for_a_thousand_steps(void **state)
{
    (void)state;
    struct gaussian gaussian = process_of("linear", 1000, "");
    assert_float_equal(gaussian.beta[0], 1e-4, 1e-18);
    assert_float_equal(gaussian.beta[999], 0.02, 1e-18);
    gaussian_free(&gaussian);
}

static void too_few_steps_are_refused(void **state)
{
    (void)state;
    struct lacuna_error error = { 0 };
    double betas[16];
    assert_false(beta_fill(beta_find("linear"), betas, 16, &error));
    assert_false(beta_fill(beta_find("pw_lin"), betas, 10, &error));
    assert_non_null(strstr(error.message, "pw_lin"));
}

/* Bayes' rule for two Gaussians: precisions add. */
static void posterior_is_that_of_two_gaussians(void **state)
{
    (void)state;
    struct gaussian g = process_of("sqrt", 50, "");
    for (int t = 1; t < 50; t++) {
        double before = g.alpha_bar_before[t], alpha = 1 - g.beta[t];
        double precision = alpha / g.beta[t] + 1 / (1 - before);
        assert_float_equal(g.variance[t], 1 / precision, 1e-12);
        assert_float_equal(g.mean_of_noisy[t], sqrt(alpha) / g.beta[t] / precision, 1e-9);
        assert_float_equal(g.mean_of_start[t], sqrt(before) / (1 - before) / precision, 1e-9);
    }
    assert_float_equal(g.variance[0], 0, 0);
    assert_float_equal(g.mean_of_start[0], 1, 1e-12);
    assert_true(isfinite(gaussian_log_variance(&g, 0, VARIANCE_SMALL)));
    assert_float_equal(gaussian_log_variance_learned(&g, 7, 1), log(g.beta[7]), 1e-12);
    assert_float_equal(gaussian_log_variance_learned(&g, 7, -1), log(g.variance[7]), 1e-12);
    gaussian_free(&g);
}

static void respaced_steps_keep_their_alpha_bar(void **state)
{
    (void)state;
    static const struct {
        const char *spec;
        int count, first, last;
    } cases[] = { { "10", 10, 0, 199 }, { "ddim50", 50, 0, 196 }, { "5,10", 15, 0, 199 } };
    struct gaussian whole = process_of("cosine", 200, "");
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct gaussian some = process_of("cosine", 200, cases[k].spec);
        assert_int_equal(some.count, cases[k].count);
        assert_int_equal(some.kept[0], cases[k].first);
        assert_int_equal(some.kept[some.count - 1], cases[k].last);
        for (int t = 0; t < some.count; t++)
            assert_float_equal(some.alpha_bar[t], whole.alpha_bar[some.kept[t]], 1e-12);
        assert_float_equal(gaussian_time(&some, 1, true), (float)some.kept[1] * 5, 1e-4);
        gaussian_free(&some);
    }
    gaussian_free(&whole);
}

static void respacing_that_cannot_be_is_an_error(void **state)
{
    (void)state;
    static const char *const specs[] = { "ddim7", "30", "ddim", "0", "3,x", "1,2,3,4,5,6,7,8,9,10,11,12" };
    int kept[20];
    for (size_t k = 0; k < sizeof specs / sizeof *specs; k++) {
        struct lacuna_error error = { 0 };
        assert_int_equal(gaussian_respace(specs[k], 11, kept, &error), 0);
        assert_true(*error.message);
    }
}

static void spread_steps_are_even_and_end_in_noise(void **state)
{
    (void)state;
    int kept[20];
    gaussian_spread(2000, 20, kept);
    assert_int_equal(kept[0], 99);
    assert_int_equal(kept[19], 1999);
    gaussian_spread(7, 7, kept);
    for (int i = 0; i < 7; i++)
        assert_int_equal(kept[i], i);
}

static void noise_is_undone_by_who_knows_it(void **state)
{
    (void)state;
    struct gaussian g = process_of("cosine", 20, "");
    struct random random = random_new(1, 0);
    float start[8], noise[8], noisy[8], back[8];
    for (int i = 0; i < 8; i++) {
        start[i] = random_normal(&random);
        noise[i] = random_normal(&random);
    }
    gaussian_noise(&g, 10, start, noise, noisy, 8);
    gaussian_start(&g, 10, noisy, noise, back, 8);
    for (int i = 0; i < 8; i++)
        assert_float_equal(back[i], start[i], 1e-5);
    gaussian_free(&g);
}

/* A perfect denoiser: every way of stepping ends in x_0, and DDIM without noise stays on the line between x_0
 * and the noise. */
static void a_perfect_denoiser_is_followed_to_the_end(void **state)
{
    (void)state;
    static const double etas[] = { 0, 0.5, 1 };
    struct gaussian g = process_of("sqrt", 40, "");
    struct random random = random_new(2, 0);
    float start[6], noise[6], x[6], line[6], added[6];
    for (size_t k = 0; k < 3; k++) {
        for (int i = 0; i < 6; i++) {
            start[i] = random_normal(&random);
            noise[i] = random_normal(&random);
        }
        gaussian_noise(&g, g.count - 1, start, noise, x, 6);
        for (int t = g.count - 1; t >= 0; t--) {
            for (int i = 0; i < 6; i++)
                added[i] = random_normal(&random);
            gaussian_ddim(&g, t, etas[k], start, x, added, x, 6);
            if (t > 0)
                gaussian_noise(&g, t - 1, start, noise, line, 6);
            for (int i = 0; i < 6 && t > 0 && etas[k] == 0; i++)
                assert_float_equal(x[i], line[i], 1e-3);
        }
        for (int i = 0; i < 6; i++)
            assert_float_equal(x[i], start[i], 1e-4);
    }
    gaussian_free(&g);
}

/* DDIM with eta 1 draws from the same posterior as DDPM. */
static void where_a_step_leads_says_what_it_was_led_by(void **state)
{
    (void)state;
    struct gaussian gaussian = process_of("sqrt", 2000, "ddim10");
    const float start[3] = { 0.3f, -1.1f, 2 }, noisy[3] = { -0.4f, 1.2f, 0.1f };
    for (int t = 0; t < gaussian.count; t++) {
        float next[3], found[3];
        gaussian_ddim(&gaussian, t, 0, start, noisy, NULL, next, 3);
        gaussian_ddim_start(&gaussian, t, noisy, next, found, 3);
        for (int i = 0; i < 3; i++)
            assert_float_equal(found[i], start[i], 1e-3);
    }
    gaussian_free(&gaussian);
}

static void ddim_with_all_noise_is_ddpm(void **state)
{
    (void)state;
    struct gaussian g = process_of("cosine", 30, "");
    float start = 0.7f, noisy = -1.1f, one = 1, none, all, mean;
    for (int t = 1; t < 30; t++) {
        gaussian_mean(&g, t, &start, &noisy, &mean, 1);
        gaussian_ddim(&g, t, 1, &start, &noisy, NULL, &none, 1);
        gaussian_ddim(&g, t, 1, &start, &noisy, &one, &all, 1);
        assert_float_equal(none, mean, 1e-5);
        assert_float_equal(all - none, sqrt(gaussian_variance(&g, t, VARIANCE_SMALL)), 1e-5);
    }
    gaussian_free(&g);
}

static void rounding_finds_the_nearest_row(void **state)
{
    (void)state;
    static const float rows[] = { 1, 0, 0, 1, -1, -1, 3, 3 }, bias[] = { 0, 0, 5, 0 };
    struct rounding near = rounding_new(rows, NULL, 4, 2, true), dot = rounding_new(rows, bias, 4, 2, false);
    float logits[4];
    assert_int_equal(rounding_nearest(&near, (float[]){ 0.9f, 0.2f }), 0);
    assert_int_equal(rounding_nearest(&near, (float[]){ 2.5f, 2.5f }), 3);
    rounding_logits(&near, (float[]){ 3, 0 }, logits);
    assert_float_equal(logits[0], -2, 1e-6);
    assert_float_equal(logits[3], -3, 1e-6);
    rounding_logits(&dot, (float[]){ 1, 2 }, logits);
    assert_float_equal(logits[2], 2, 1e-6);
    assert_float_equal(logits[3], 9, 1e-6);
    rounding_free(&near);
    rounding_free(&dot);
}

static void codes_of_bits_come_back(void **state)
{
    (void)state;
    assert_int_equal(bits_needed(2), 1);
    assert_int_equal(bits_needed(256), 8);
    assert_int_equal(bits_needed(257), 9);
    float code[11];
    for (int32_t id = 0; id < 2048; id++) {
        bits_write(id, 11, 0.5f, code);
        for (int b = 0; b < 11; b++)
            assert_float_equal(fabsf(code[b]), 0.5f, 0);
        assert_int_equal(bits_read(code, 11), id);
    }
    bits_write(4, 3, 1, code);
    assert_true(code[0] > 0 && code[1] < 0 && code[2] < 0);
}

static void bits_are_followed_to_the_end(void **state)
{
    (void)state;
    struct random random = random_new(3, 0);
    for (const struct log_snr *const *row = log_snr_table; *row; row++) {
        assert_ptr_equal(log_snr_find((*row)->name), *row);
        for (int way = 0; way < 2; way++) {
            float code[8], x[8], added[8];
            bits_write(178, 8, 1, code);
            for (int b = 0; b < 8; b++)
                x[b] = random_normal(&random);
            for (int step = 0; step < 50; step++) {
                float now = (*row)->at(1 - (float)step / 50), next = (*row)->at(1 - (float)(step + 1) / 50);
                for (int b = 0; b < 8; b++)
                    added[b] = random_normal(&random);
                if (way)
                    bits_ddpm(now, next, code, x, step < 49 ? added : NULL, x, 8);
                else
                    bits_ddim(now, next, code, x, x, 8);
            }
            assert_int_equal(bits_read(x, 8), 178);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(schedules_end_in_noise),
        cmocka_unit_test(linear_is_the_published_one_for_a_thousand_steps),
        cmocka_unit_test(too_few_steps_are_refused),
        cmocka_unit_test(posterior_is_that_of_two_gaussians),
        cmocka_unit_test(respaced_steps_keep_their_alpha_bar),
        cmocka_unit_test(respacing_that_cannot_be_is_an_error),
        cmocka_unit_test(spread_steps_are_even_and_end_in_noise),
        cmocka_unit_test(noise_is_undone_by_who_knows_it),
        cmocka_unit_test(a_perfect_denoiser_is_followed_to_the_end),
        cmocka_unit_test(where_a_step_leads_says_what_it_was_led_by),
        cmocka_unit_test(ddim_with_all_noise_is_ddpm),
        cmocka_unit_test(rounding_finds_the_nearest_row),
        cmocka_unit_test(codes_of_bits_come_back),
        cmocka_unit_test(bits_are_followed_to_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
