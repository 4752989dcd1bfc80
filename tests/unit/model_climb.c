#include "model/infill/climb.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* A network that is as sure as the bias says, and surer near `peak`; it counts how often it is asked. */
struct network {
    int peak;
    double height;
    int asked;
    bool broken;
};

static bool look(void *user, int length, double *confidence)
{
    struct network *network = user;
    struct length_bias bias = length_bias_published();
    double off = length - network->peak;
    network->asked++;
    *confidence = length_bias_at(&bias, length) * (1 + network->height * exp(-off * off / 18));
    return !network->broken;
}

static struct climb climb_of(struct network *network, int start, int low, int high)
{
    return (struct climb){ .start = start,
                           .low = low,
                           .high = high,
                           .patience = 4,
                           .bias = length_bias_published(),
                           .look = look,
                           .user = network };
}

static void the_peak_is_found_above_and_below_the_start(void **state)
{
    (void)state;
    for (int peak = 1; peak <= 30; peak++) {
        struct network network = { .peak = peak, .height = 0.5 };
        struct climb climb = climb_of(&network, 8, 1, 64);
        int passes = 0;
        assert_int_equal(climb_length(&climb, &passes), peak);
        assert_int_equal(passes, network.asked);
        assert_true(passes <= (peak > 8 ? peak - 8 : 8 - peak) + 9);
    }
}

static void short_holes_do_not_win_for_being_short(void **state)
{
    (void)state;
    struct length_bias bias = length_bias_published();
    assert_true(length_bias_at(&bias, 1) > length_bias_at(&bias, 12));
    struct network network = { .peak = 12, .height = 0.3 };
    double at_one, at_twelve;
    look(&network, 1, &at_one);
    look(&network, 12, &at_twelve);
    assert_true(at_one > at_twelve);
    struct climb climb = climb_of(&network, 8, 1, 64);
    assert_int_equal(climb_length(&climb, NULL), 12);
}

static void bounds_are_kept(void **state)
{
    (void)state;
    struct network network = { .peak = 20, .height = 0.5 };
    struct climb climb = climb_of(&network, 8, 5, 11);
    int passes;
    assert_int_equal(climb_length(&climb, &passes), 11);
    assert_true(passes <= 7);
    climb = climb_of(&network, 30, 25, 64);
    assert_int_equal(climb_length(&climb, NULL), 25);
}

static void a_network_without_a_peak_is_not_asked_for_ever(void **state)
{
    (void)state;
    struct network network = { .peak = 0, .height = 0 };
    struct climb climb = climb_of(&network, 8, 1, 64);
    int passes;
    assert_in_range(climb_length(&climb, &passes), 1, 64);
    assert_true(passes <= 64);
}

static void a_look_that_fails_ends_it(void **state)
{
    (void)state;
    struct network network = { .broken = true };
    struct climb climb = climb_of(&network, 8, 1, 64);
    assert_int_equal(climb_length(&climb, NULL), 0);
    assert_int_equal(network.asked, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_peak_is_found_above_and_below_the_start),
        cmocka_unit_test(short_holes_do_not_win_for_being_short),
        cmocka_unit_test(bounds_are_kept),
        cmocka_unit_test(a_network_without_a_peak_is_not_asked_for_ever),
        cmocka_unit_test(a_look_that_fails_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
