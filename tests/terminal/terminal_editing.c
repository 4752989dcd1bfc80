/* What a person sees of ordinary editing: typing, resizing, pasting, small screens, other terminals, leaving.
 */
#include "tests/terminal/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <signal.h>

static const char *const nothing[] = { NULL };

static void write_file(const char *name, const char *text)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", session_folder(), name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static char *read_file(const char *name)
{
    static char text[65536];
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", session_folder(), name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    return text;
}

static struct session *open_text(int rows, int columns, const char *term, const char *text)
{
    static const char *const arguments[] = { "draft.md", NULL };
    write_file("draft.md", text);
    return session_start(rows, columns, term, arguments, NULL);
}

static void leave(struct session *session)
{
    session_type(session, "\033");
    session_settle(session, 60);
    session_type(session, ":q!\r");
    assert_int_equal(session_end(session), 0);
    assert_false(session_is_alternate(session));
    session_free(session);
}

static void a_file_is_shown_with_line_numbers_and_status(void **state)
{
    (void)state;
    struct session *session =
        open_text(24, 80, "xterm-256color", "The harbour lay under fog.\nThe boats came in.\n");
    assert_true(session_sees(session, "  1 The harbour lay under fog.\n  2 The boats came in.\n~\n"));
    assert_true(session_sees(session, " NORMAL   draft.md  1:1"));
    leave(session);
}

static void typed_text_is_shown_and_saved(void **state)
{
    (void)state;
    struct session *session = open_text(24, 80, "xterm-256color", "one\n");
    assert_true(session_sees(session, "one"));
    session_type(session, "otwo é 漢字\033");
    assert_true(session_sees(session, "  2 two é 漢字"));
    assert_true(session_sees(session, "draft.md +"));
    session_type(session, ":w\r");
    assert_true(session_misses(session, "draft.md +"));
    assert_string_equal(read_file("draft.md"), "one\ntwo é 漢字\n");
    leave(session);
}

static void escape_alone_acts_without_another_key(void **state)
{
    (void)state;
    struct session *session = open_text(24, 80, "xterm-256color", "one\n");
    assert_true(session_sees(session, "one"));
    session_type(session, "i");
    assert_true(session_sees(session, "INSERT"));
    session_type(session, "\033");
    assert_true(session_sees(session, "NORMAL"));
    leave(session);
}

static void a_long_line_wraps_and_the_cursor_follows(void **state)
{
    (void)state;
    char text[400];
    int row, column;
    memset(text, 'x', 199);
    strcpy(text + 199, "END\nsecond\n");
    struct session *session = open_text(10, 40, "xterm-256color", text);
    assert_true(session_sees(session, "second"));
    session_type(session, "$");
    session_settle(session, 100);
    session_cursor(session, &row, &column);
    assert_int_equal(row, 5);
    assert_int_equal(column, 4 + 201 - 5 * 36);
    leave(session);
}

static void control_characters_and_bad_bytes_are_spelled(void **state)
{
    (void)state;
    struct session *session = open_text(24, 80, "xterm-256color", "a\001b\351c\td\033[31m\n");
    assert_true(session_sees(session, "a^Ab\\xe9c"));
    assert_true(session_sees(session, "d^[[31m"));
    leave(session);
}

static void the_screen_follows_any_size(void **state)
{
    (void)state;
    struct session *session =
        open_text(24, 80, "xterm-256color", "one two three four five six seven\nsecond\n");
    assert_true(session_sees(session, "second"));
    for (int i = 0; i < 30; i++)
        session_resize(session, 2 + i * 7 % 40, 3 + i * 13 % 100);
    session_resize(session, 5, 20);
    session_settle(session, 200);
    assert_true(session_sees(session, "one two three four f\nive six seven\n"));
    session_resize(session, 24, 80);
    assert_true(session_sees(session, "  1 one two three four five six seven\n  2 second\n~"));
    leave(session);
}

static void a_paste_is_one_insertion(void **state)
{
    (void)state;
    struct session *session = open_text(24, 80, "xterm-256color", "one\n");
    assert_true(session_sees(session, "one"));
    session_type(session, "A\033[200~ two\rthree dd:q!\r\033[201~");
    assert_true(session_sees(session, "  1 one two\n  2 three dd:q!\n"));
    session_type(session, "\033");
    assert_true(session_sees(session, "NORMAL"));
    session_type(session, "u");
    assert_true(session_misses(session, "three"));
    leave(session);
}

static void every_terminal_is_drawn_on(void **state)
{
    (void)state;
    static const char *const terms[] = {
        "xterm-256color", "screen", "linux", "vt100", "tmux-256color", "ansi"
    };
    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
        struct session *session = open_text(24, 80, terms[i], "one\ntwo\nthree\n");
        assert_true(session_sees(session, "  3 three"));
        session_type(session, "jddp");
        assert_true(session_sees(session, "  2 three\n  3 two\n~"));
        session_type(session, ":q!\r");
        assert_int_equal(session_end(session), 0);
        session_free(session);
    }
}

static void arrows_home_and_end_of_every_kind_move(void **state)
{
    (void)state;
    struct session *session = open_text(24, 80, "xterm-256color", "abcdef\nghi\n");
    assert_true(session_sees(session, "1:1"));
    session_type(session, "\033[C\033OC");
    assert_true(session_sees(session, "1:3"));
    session_type(session, "\033[F");
    assert_true(session_sees(session, "1:6"));
    session_type(session, "\033[1~");
    assert_true(session_sees(session, "1:1"));
    session_type(session, "\033[B");
    assert_true(session_sees(session, "2:1"));
    leave(session);
}

static void the_end_of_the_terminal_ends_the_editor(void **state)
{
    (void)state;
    struct session *session = open_text(24, 80, "xterm-256color", "one\n");
    assert_true(session_sees(session, "one"));
    session_type(session, "itext");
    assert_true(session_sees(session, "textone"));
    session_signal(session, SIGTERM);
    assert_int_equal(session_end(session), 2);
    assert_false(session_is_alternate(session));
    assert_string_equal(read_file("draft.md"), "one\n");
    session_free(session);
}

static void colours_stay_away_where_they_are_not_wanted(void **state)
{
    (void)state;
    static const char *const arguments[] = { "draft.md", NULL };
    static const char *const variables[] = { "NO_COLOR=1", NULL };
    write_file("draft.md", "one\n");
    struct session *session = session_start(24, 80, "xterm-256color", arguments, variables);
    assert_true(session_sees(session, "  1 one"));
    assert_false(session_is_styled(session, 0, 4));
    leave(session);
}

static void a_bad_configuration_is_reported_and_the_editor_opens(void **state)
{
    (void)state;
    static const char *const arguments[] = { "--config", "bad.yaml", "draft.md", NULL };
    write_file("bad.yaml", "keymap: vi\noptions:\n  nothing: 3\n");
    write_file("draft.md", "one\n");
    struct session *session = session_start(24, 80, "xterm-256color", arguments, NULL);
    assert_true(session_sees(session, "  1 one"));
    assert_true(session_sees(session, "bad.yaml:3:3"));
    leave(session);
}

static void usage_and_failure_have_their_codes(void **state)
{
    (void)state;
    static const char *const unknown[] = { "--nothing", NULL };
    static const char *const folder[] = { ".", NULL };
    static const char *const version[] = { "--version", NULL };
    struct session *session = session_start(24, 80, "xterm-256color", unknown, NULL);
    assert_int_equal(session_end(session), 1);
    assert_true(session_sees(session, "--nothing"));
    session_free(session);
    session = session_start(24, 80, "xterm-256color", folder, NULL);
    assert_int_equal(session_end(session), 2);
    session_free(session);
    session = session_start(24, 80, "xterm-256color", version, NULL);
    assert_int_equal(session_end(session), 0);
    assert_true(session_sees(session, "lacuna "));
    session_free(session);
    session = session_start(24, 80, "no-such-terminal", nothing, NULL);
    assert_int_equal(session_end(session), 2);
    assert_true(session_sees(session, "TERM=no-such-terminal"));
    session_free(session);
}

static void a_place_on_the_command_line_is_gone_to(void **state)
{
    (void)state;
    static const char *const place[] = { "+2:3", "draft.md", NULL };
    static const char *const pattern[] = { "+/gh", "draft.md", NULL };
    write_file("draft.md", "abcdef\nghi\n");
    struct session *session = session_start(24, 80, "xterm-256color", place, NULL);
    assert_true(session_sees(session, "2:3"));
    leave(session);
    session = session_start(24, 80, "xterm-256color", pattern, NULL);
    assert_true(session_sees(session, "2:1"));
    leave(session);
}

static void the_palette_lists_commands_with_their_keys(void **state)
{
    (void)state;
    static const char *const arguments[] = { "--keymap", "cua", "draft.md", NULL };
    write_file("draft.md", "one two\n");
    struct session *session = session_start(24, 80, "xterm-256color", arguments, NULL);
    assert_true(session_sees(session, "one two"));
    session_type(session, "x\020undo");
    assert_true(session_sees(session, "▸ undo"));
    assert_true(session_sees(session, "<C-z>"));
    session_type(session, "\r");
    assert_true(session_sees(session, "  1 one two"));
    session_type(session, "\020mask");
    assert_true(session_sees(session, "▸ mask"));
    session_type(session, "\033[B");
    assert_true(session_sees(session, "  mask "));
    session_type(session, "\033");
    session_settle(session, 60);
    session_type(session, "\020qui\t");
    assert_true(session_sees(session, ":quit"));
    session_type(session, "\b!\r");
    assert_int_equal(session_end(session), 0);
    session_free(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_shown_with_line_numbers_and_status),
        cmocka_unit_test(typed_text_is_shown_and_saved),
        cmocka_unit_test(escape_alone_acts_without_another_key),
        cmocka_unit_test(a_long_line_wraps_and_the_cursor_follows),
        cmocka_unit_test(control_characters_and_bad_bytes_are_spelled),
        cmocka_unit_test(the_screen_follows_any_size),
        cmocka_unit_test(a_paste_is_one_insertion),
        cmocka_unit_test(every_terminal_is_drawn_on),
        cmocka_unit_test(arrows_home_and_end_of_every_kind_move),
        cmocka_unit_test(the_end_of_the_terminal_ends_the_editor),
        cmocka_unit_test(colours_stay_away_where_they_are_not_wanted),
        cmocka_unit_test(a_bad_configuration_is_reported_and_the_editor_opens),
        cmocka_unit_test(usage_and_failure_have_their_codes),
        cmocka_unit_test(a_place_on_the_command_line_is_gone_to),
        cmocka_unit_test(the_palette_lists_commands_with_their_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
