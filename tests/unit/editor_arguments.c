#include "editor/app/arguments.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool read_all(struct arguments *arguments, struct error *error, const char *const *words)
{
    char *values[16] = { (char *)"lacuna" };
    int count = 1;
    for (; words[count - 1]; count++)
        values[count] = (char *)words[count - 1];
    return arguments_read(arguments, count, values, error);
}

static void options_files_and_places_are_read(void **state)
{
    (void)state;
    struct arguments arguments;
    const char *const words[] = { "--keymap", "emacs", "--model=small", "-R", "+12:7",
                                  "a.md",     "--",    "--b",           NULL };
    assert_true(read_all(&arguments, NULL, words));
    assert_string_equal(arguments.keymap, "emacs");
    assert_string_equal(arguments.model, "small");
    assert_true(arguments.readonly);
    assert_int_equal(arguments.line, 12);
    assert_int_equal(arguments.column, 7);
    assert_int_equal(arguments.file_count, 2);
    assert_string_equal(arguments.files[1], "--b");
    arguments_free(&arguments);
}

static void a_pattern_may_hold_anything(void **state)
{
    (void)state;
    struct arguments arguments;
    const char *const words[] = { "+/a:b +c", "-", NULL };
    assert_true(read_all(&arguments, NULL, words));
    assert_string_equal(arguments.pattern, "a:b +c");
    assert_string_equal(arguments.files[0], "-");
    arguments_free(&arguments);
}

static void a_mistake_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *words[4], *message;
    } cases[] = {
        { { "--modle", "x" }, "--modle" },
        { { "--model" }, "--model needs a value" },
        { { "--readonly=1" }, "--readonly takes no value" },
        { { "+x" }, "+x is no place" },
        { { "--headless", "a" }, "--keys" },
        { { "--headless", "--keys=k" }, "exactly one FILE" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arguments arguments;
        struct error error = { 0 };
        assert_false(read_all(&arguments, &error, cases[i].words));
        assert_non_null(strstr(error.text, cases[i].message));
        arguments_free(&arguments);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_files_and_places_are_read),
        cmocka_unit_test(a_pattern_may_hold_anything),
        cmocka_unit_test(a_mistake_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
