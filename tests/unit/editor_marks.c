#include "editor/text/marks.h"

#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void marks_move_by_their_gravity(void **unused)
{
    (void)unused;
    struct marks *marks = marks_new();
    unsigned left = mark_add(marks, 5, MARK_LEFT), right = mark_add(marks, 5, MARK_RIGHT);
    marks_apply(marks, (struct change){ 5, 0, 3 });
    assert_int_equal(mark_offset(marks, left), 5);
    assert_int_equal(mark_offset(marks, right), 8);
    marks_apply(marks, (struct change){ 0, 2, 0 });
    assert_int_equal(mark_offset(marks, left), 3);
    assert_int_equal(mark_offset(marks, right), 6);
    marks_apply(marks, (struct change){ 6, 4, 9 });
    assert_int_equal(mark_offset(marks, right), 6);
    marks_apply(marks, (struct change){ 2, 9, 1 });
    assert_int_equal(mark_offset(marks, left), 2);
    assert_int_equal(mark_offset(marks, right), 3);
    assert_true(mark_is_lost(marks, right));
    mark_set(marks, right, 1);
    assert_false(mark_is_lost(marks, right));
    marks_free(marks);
}

static void numbers_are_used_again(void **unused)
{
    (void)unused;
    struct marks *marks = marks_new();
    for (unsigned i = 0; i < 1000; i++)
        assert_int_equal(mark_add(marks, i, MARK_LEFT), i);
    mark_remove(marks, 10);
    mark_remove(marks, 700);
    marks_apply(marks, (struct change){ 0, 0, 1 });
    assert_int_equal(mark_add(marks, 3, MARK_LEFT), 700);
    assert_int_equal(mark_add(marks, 4, MARK_LEFT), 10);
    assert_int_equal(mark_add(marks, 5, MARK_LEFT), 1000);
    assert_int_equal(mark_offset(marks, 999), 1000);
    marks_free(marks);
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
        cmocka_unit_test(marks_move_by_their_gravity),
        cmocka_unit_test(numbers_are_used_again),
        cmocka_unit_test(a_span_moves_with_what_it_covers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
