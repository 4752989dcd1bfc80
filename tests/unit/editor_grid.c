#include "editor/view/colour.h"
#include "editor/view/grid.h"
#include "editor/view/theme.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct style plain = { 0 };

/* The row as text; a cell that a wide one covers adds nothing. */
static void row_is(const struct grid *grid, int row, const char *expected)
{
    char line[1024];
    size_t size = 0;
    for (int column = 0; column < grid->columns; column++) {
        const struct cell *cell = grid_cell(grid, row, column);
        memcpy(line + size, grid_cell_text(grid, cell), cell->size);
        size += cell->size;
    }
    line[size] = 0;
    assert_string_equal(line, expected);
}

static void a_cluster_of_any_length_is_one_cell(void **state)
{
    (void)state;
    static const char family[] = "\U0001F468\u200D\U0001F469\u200D\U0001F467\u200D\U0001F466";
    struct grid grid = { 0 };
    grid_reset(&grid, 1, 4);
    grid_put(&grid, 0, 1, family, sizeof family - 1, 2, plain);
    row_is(&grid, 0, " \U0001F468\u200D\U0001F469\u200D\U0001F467\u200D\U0001F466 ");
    assert_int_equal(grid_cell(&grid, 0, 1)->width, 2);
    assert_int_equal(grid_cell(&grid, 0, 2)->width, 0);
    grid_free(&grid);
}

static void half_a_wide_cluster_never_stays(void **state)
{
    (void)state;
    struct grid grid = { 0 };
    grid_reset(&grid, 1, 4);
    grid_write(&grid, 0, 0, 4, "漢字", plain);
    grid_put(&grid, 0, 1, "x", 1, 1, plain);
    row_is(&grid, 0, " x字");
    grid_put(&grid, 0, 2, "y", 1, 1, plain);
    row_is(&grid, 0, " xy ");
    grid_free(&grid);
}

static void what_does_not_fit_is_clipped(void **state)
{
    (void)state;
    struct grid grid = { 0 };
    grid_reset(&grid, 2, 3);
    grid_put(&grid, 0, 2, "漢", 3, 2, plain);
    grid_put(&grid, 5, 0, "x", 1, 1, plain);
    grid_put(&grid, 0, -1, "x", 1, 1, plain);
    row_is(&grid, 0, "   ");
    assert_int_equal(grid_write(&grid, 1, 0, 3, "a漢字", plain), 3);
    row_is(&grid, 1, "a漢");
    grid_free(&grid);
}

static void equal_cells_are_equal_across_grids(void **state)
{
    (void)state;
    struct grid left = { 0 }, right = { 0 };
    grid_reset(&left, 1, 2);
    grid_reset(&right, 1, 2);
    grid_put(&left, 0, 0, "e\u0301\u0302", 5, 1, plain);
    grid_put(&right, 0, 1, "long\u0301", 6, 1, plain);
    grid_put(&right, 0, 0, "e\u0301\u0302", 5, 1, plain);
    assert_true(grid_cell_equal(&left, grid_cell(&left, 0, 0), &right, grid_cell(&right, 0, 0)));
    assert_false(grid_cell_equal(&left, grid_cell(&left, 0, 1), &right, grid_cell(&right, 0, 1)));
    grid_copy(&left, &right);
    row_is(&left, 0, "e\u0301\u0302long\u0301");
    grid_free(&left);
    grid_free(&right);
}

static void colours_have_names_numbers_and_values(void **state)
{
    (void)state;
    uint32_t colour;
    assert_true(colour_parse("bright-blue", &colour));
    assert_int_equal(colour, COLOUR_INDEX | 12);
    assert_true(colour_parse("#ff8000", &colour));
    assert_int_equal(colour, COLOUR_RGB | 0xff8000);
    assert_true(colour_parse("208", &colour));
    assert_int_equal(colour, COLOUR_INDEX | 208);
    assert_true(colour_parse("default", &colour));
    assert_int_equal(colour, 0);
    assert_false(colour_parse("256", &colour));
    assert_false(colour_parse("#ff80", &colour));
    assert_false(colour_parse("blueish", &colour));
}

static void a_colour_is_brought_to_the_nearest_that_there_is(void **state)
{
    (void)state;
    assert_int_equal(colour_reduce(COLOUR_RGB | 0xff0000, 256), COLOUR_INDEX | 196);
    assert_int_equal(colour_reduce(COLOUR_RGB | 0x030303, 8), COLOUR_INDEX | 0);
    assert_int_equal(colour_reduce(COLOUR_INDEX | 12, 8), COLOUR_INDEX | 4);
    assert_int_equal(colour_reduce(COLOUR_RGB | 0x123456, 1 << 24), COLOUR_RGB | 0x123456);
    assert_int_equal(colour_reduce(0, 8), 0);
}

static char *theme_file(const char *text)
{
    static char path[] = LACUNA_BINARY_DIR "/theme_test.yaml";
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    return path;
}

static void a_theme_changes_what_it_names(void **state)
{
    (void)state;
    struct theme before, theme;
    theme_default(&before, 256);
    theme_default(&theme, 256);
    assert_true(
        theme_read(&theme, theme_file("hole: { foreground: red, attributes: [bold, italic] }\n"), 256, NULL));
    assert_int_equal(theme.styles[FACE_HOLE].foreground, COLOUR_INDEX | 1);
    assert_int_equal(theme.styles[FACE_HOLE].attributes, ATTRIBUTE_BOLD | ATTRIBUTE_ITALIC);
    assert_int_equal(theme.styles[FACE_HOLE].background, before.styles[FACE_HOLE].background);
    assert_memory_equal(&theme.styles[FACE_STATUS], &before.styles[FACE_STATUS], sizeof(struct style));
}

static void holes_differ_from_text_without_colours_too(void **state)
{
    (void)state;
    struct theme theme;
    theme_default(&theme, 0);
    for (int face = 0; face < FACE_COUNT; face++)
        assert_true(theme.styles[face].foreground == 0 && theme.styles[face].background == 0);
    assert_int_not_equal(theme.styles[FACE_HOLE].attributes, theme.styles[FACE_TEXT].attributes);
    assert_int_not_equal(theme.styles[FACE_SELECTION].attributes, theme.styles[FACE_TEXT].attributes);
}

static void a_bad_theme_says_where(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        { "nothing: { foreground: red }\n", ":1:1: unknown face nothing" },
        { "hole: { foreground: redd }\n", ":1:21: redd is no colour" },
        { "hole:\n  attributes: [bold, fat]\n", ":2:22: unknown attribute fat" },
        { "hole: [1, 2]\n", ":1:7: " },
        { "hole: {\n", ":2:1: " },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct theme theme;
        struct error error = { 0 };
        theme_default(&theme, 256);
        assert_false(theme_read(&theme, theme_file(cases[i].text), 256, &error));
        assert_non_null(strstr(error.text, cases[i].message));
    }
}

static void the_themes_that_are_shipped_are_good(void **state)
{
    (void)state;
    static const char *const names[] = { "dark", "light" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct theme theme;
        struct error error = { 0 };
        char path[4096];
        snprintf(path, sizeof path, "%s/share/themes/%s.yaml", LACUNA_SOURCE_DIR, names[i]);
        theme_default(&theme, 256);
        if (!theme_read(&theme, path, 256, &error))
            fail_msg("%s", error.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cluster_of_any_length_is_one_cell),
        cmocka_unit_test(half_a_wide_cluster_never_stays),
        cmocka_unit_test(what_does_not_fit_is_clipped),
        cmocka_unit_test(equal_cells_are_equal_across_grids),
        cmocka_unit_test(colours_have_names_numbers_and_values),
        cmocka_unit_test(a_colour_is_brought_to_the_nearest_that_there_is),
        cmocka_unit_test(a_theme_changes_what_it_names),
        cmocka_unit_test(holes_differ_from_text_without_colours_too),
        cmocka_unit_test(a_bad_theme_says_where),
        cmocka_unit_test(the_themes_that_are_shipped_are_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
