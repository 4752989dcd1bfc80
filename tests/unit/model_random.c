#include "model/base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

/* Known answers of the Random123 distribution for philox4x32-10. */
static void the_words_are_those_of_philox(void **state)
{
    (void)state;
    struct random zero = random_new(0, 0);
    const uint32_t first[4] = { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 };
    for (int k = 0; k < 4; k++)
        assert_int_equal(random_u32(&zero), first[k]);
    struct random full = random_new(UINT64_MAX, UINT64_MAX);
    full.place = UINT64_MAX;
    const uint32_t last[4] = { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd };
    for (int k = 0; k < 4; k++)
        assert_int_equal(random_u32(&full), last[k]);
}

static void streams_of_one_seed_differ_and_repeat(void **state)
{
    (void)state;
    struct random a = random_new(7, 1), b = random_new(7, 2), again = random_new(7, 1);
    int same = 0;
    for (int k = 0; k < 1000; k++) {
        uint32_t word = random_u32(&a);
        assert_int_equal(word, random_u32(&again));
        same += word == random_u32(&b);
    }
    assert_true(same < 3);
}

static void the_quantile_undoes_the_distribution(void **state)
{
    (void)state;
    for (double p = 1e-12; p < 1; p = p < 0.01 ? p * 3 : p + 0.007) {
        double x = normal_quantile(p);
        assert_true(fabs(0.5 * erfc(-x / sqrt(2)) / p - 1) < 1e-12);
    }
}

static void normals_have_the_moments_of_the_normal(void **state)
{
    (void)state;
    struct random random = random_new(1, 0);
    enum { MANY = 200000 };
    double sum = 0, square = 0, fourth = 0;
    for (int k = 0; k < MANY; k++) {
        double x = random_normal(&random);
        sum += x;
        square += x * x;
        fourth += x * x * x * x;
    }
    assert_true(fabs(sum / MANY) < 0.01);
    assert_true(fabs(square / MANY - 1) < 0.015);
    assert_true(fabs(fourth / MANY - 3) < 0.1);
}

static void numbers_below_a_bound_are_even(void **state)
{
    (void)state;
    struct random random = random_new(3, 9);
    int seen[7] = { 0 };
    for (int k = 0; k < 70000; k++)
        seen[random_below(&random, 7)]++;
    for (int k = 0; k < 7; k++)
        assert_in_range(seen[k], 9600, 10400);
    for (int k = 0; k < 1000; k++) {
        float even = random_uniform(&random);
        assert_true(even >= 0 && even < 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_words_are_those_of_philox),
        cmocka_unit_test(streams_of_one_seed_differ_and_repeat),
        cmocka_unit_test(the_quantile_undoes_the_distribution),
        cmocka_unit_test(normals_have_the_moments_of_the_normal),
        cmocka_unit_test(numbers_below_a_bound_are_even),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
