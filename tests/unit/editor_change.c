#include "editor/text/change.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void an_offset_moves_by_its_gravity(void **unused)
{
    (void)unused;
    struct change insertion = { 5, 0, 3 }, removal = { 2, 6, 0 }, replacement = { 2, 6, 4 };
    assert_int_equal(change_offset(insertion, 5, GRAVITY_BEFORE), 5);
    assert_int_equal(change_offset(insertion, 5, GRAVITY_BEHIND), 8);
    assert_int_equal(change_offset(insertion, 4, GRAVITY_BEHIND), 4);
    assert_int_equal(change_offset(insertion, 6, GRAVITY_BEFORE), 9);
    assert_int_equal(change_offset(removal, 5, GRAVITY_BEFORE), 2);
    assert_int_equal(change_offset(removal, 8, GRAVITY_BEFORE), 2);
    assert_int_equal(change_offset(replacement, 5, GRAVITY_BEFORE), 2);
    assert_int_equal(change_offset(replacement, 5, GRAVITY_BEHIND), 6);
    assert_int_equal(change_offset(replacement, 2, GRAVITY_BEHIND), 2);
    assert_int_equal(change_offset(replacement, 8, GRAVITY_BEFORE), 6);
}

static void assert_moved(struct change change, struct span span, size_t start, size_t end)
{
    struct span moved = change_span(change, span);
    assert_int_equal(moved.start, start);
    assert_int_equal(moved.end, end);
}

static void a_span_moves_with_what_it_covers(void **unused)
{
    (void)unused;
    struct span span = { 10, 20 };
    assert_moved((struct change){ 0, 0, 5 }, span, 15, 25);
    assert_moved((struct change){ 10, 0, 5 }, span, 15, 25);
    assert_moved((struct change){ 20, 0, 5 }, span, 10, 20);
    assert_moved((struct change){ 15, 0, 5 }, span, 10, 25);
    assert_moved((struct change){ 10, 10, 4 }, span, 10, 14);
    assert_moved((struct change){ 5, 10, 0 }, span, 5, 10);
    assert_moved((struct change){ 15, 10, 2 }, span, 10, 15);
    assert_moved((struct change){ 0, 30, 1 }, span, 1, 1);
    assert_moved((struct change){ 10, 0, 5 }, (struct span){ 10, 10 }, 15, 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_offset_moves_by_its_gravity),
        cmocka_unit_test(a_span_moves_with_what_it_covers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
