/* An ordinary sitting in each keymap: open, change, search, replace, mask, fill, undo, save, leave. */
#include "tests/terminal/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char text[] = "The old man went down to the harbour and waited an hour.\nThe boats came in.\n"
                           "The lamps were lit; the fog was thick.\n";

static struct session *open_in(const char *keymap)
{
    const char *const arguments[] = { "--keymap", keymap, "sitting.md", NULL };
    char path[4096];
    snprintf(path, sizeof path, "%s/sitting.md", session_folder());
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    struct session *session = session_start(24, 80, "xterm-256color", arguments, NULL);
    assert_true(session_sees(session, "The old man"));
    return session;
}

static void file_holds(const char *expected)
{
    char path[4096], content[4096];
    snprintf(path, sizeof path, "%s/sitting.md", session_folder());
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    content[fread(content, 1, sizeof content - 1, file)] = 0;
    fclose(file);
    assert_string_equal(content, expected);
}

static void ends(struct session *session)
{
    assert_int_equal(session_end(session), 0);
    assert_false(session_is_alternate(session));
    session_free(session);
}

static void a_sitting_in_vi(void **state)
{
    (void)state;
    struct session *session = open_in("vi");
    session_type(session, "Gowaves\033");
    assert_true(session_sees(session, "  4 waves"));
    session_type(session, "gg/boa");
    assert_true(session_sees(session, "2:5"));
    session_type(session, "\033");
    assert_true(session_sees(session, "1:1"));
    session_type(session, "/boats\rcwships\033:%s/fog/mist/g\r");
    assert_true(session_sees(session, "  2 The ships came in."));
    assert_true(session_sees(session, "the mist was thick"));
    session_type(session, "gg/harbour\rv3e:mask\r:fill\r");
    assert_true(session_sees(session, "▸ 1  quay and waited"));
    session_type(session, "\r");
    assert_true(session_sees(session, "down to the quay and waited an hour."));
    session_type(session, "Gddu");
    assert_true(session_sees(session, "  4 waves"));
    session_type(session, ":w\r");
    assert_true(session_misses(session, "sitting.md +"));
    file_holds("The old man went down to the quay and waited an hour.\nThe ships came in.\n"
               "The lamps were lit; the mist was thick.\nwaves\n");
    session_type(session, ":q\r");
    ends(session);
}

static void a_sitting_in_emacs(void **state)
{
    (void)state;
    struct session *session = open_in("emacs");
    session_type(session, "\033>waves\023");
    assert_true(session_sees(session, "search:"));
    session_type(session, "\a\033<\023the");
    assert_true(session_sees(session, "1:4"));
    session_type(session, "\023");
    assert_true(session_sees(session, "1:29"));
    session_type(session, "\022\022");
    assert_true(session_sees(session, "1:1"));
    session_type(session, "\r\033%fog\rmist\r");
    assert_true(session_sees(session, "replace by mist?"));
    session_type(session, "y");
    assert_true(session_sees(session, "the mist was thick"));
    session_type(session, "\033<\023harbour\022\r");
    assert_true(session_sees(session, "1:30"));
    session_send(session, "\0", 1);
    session_type(session, "\033f\033f\033f\033xmask\r");
    assert_true(session_sees(session, "[harbour and waited] an hour."));
    session_type(session, "\033k");
    assert_true(session_sees(session, "▸ 1  quay and waited"));
    session_type(session, "\r");
    assert_true(session_sees(session, "down to the quay and waited an hour."));
    session_type(session, "\033>\033<\v\v\031\031");
    assert_true(session_sees(session, "  2 The old man went down to the quay"));
    session_type(session, "\037\037");
    session_settle(session, 100);
    session_type(session, "\030\023");
    assert_true(session_misses(session, "sitting.md +"));
    session_type(session, "\030\003");
    ends(session);
}

/* Where a terminal reports the mouse: button, column and row from 1. */
static void mouse(struct session *session, int button, int column, int row, char end)
{
    char bytes[32];
    snprintf(bytes, sizeof bytes, "\033[<%d;%d;%d%c", button, column, row, end);
    session_type(session, bytes);
}

static void a_sitting_in_cua(void **state)
{
    (void)state;
    struct session *session = open_in("cua");
    session_type(session, "\033[1;5F");
    session_type(session, "waves\033[1;5H\006The\r");
    assert_true(session_sees(session, "2:1"));
    session_type(session, "\033OR");
    assert_true(session_sees(session, "3:1"));
    session_type(session, "\033[1;2R");
    assert_true(session_sees(session, "2:1"));
    session_type(session, "\033[1;2C\033[1;2C\033[1;2CA");
    assert_true(session_sees(session, "  2 A boats came in."));
    session_type(session, "\032\032");
    assert_true(session_sees(session, "  2 The boats came in."));
    mouse(session, 0, 5 + 29, 1, 'M');
    assert_true(session_sees(session, "1:30"));
    mouse(session, 32, 5 + 47, 1, 'M');
    mouse(session, 0, 5 + 47, 1, 'm');
    assert_true(session_sees(session, "VISUAL"));
    session_type(session, "\024");
    assert_true(session_sees(session, "[harbour and waited] an hour."));
    session_type(session, "\013");
    assert_true(session_sees(session, "▸ 1  quay and waited"));
    session_type(session, "\r");
    assert_true(session_sees(session, "down to the quay and waited an hour."));
    session_type(session, "\020%s/fog/mist/\r");
    assert_true(session_sees(session, "the mist was thick"));
    session_type(session, "\023");
    assert_true(session_misses(session, "sitting.md +"));
    file_holds("The old man went down to the quay and waited an hour.\nThe boats came in.\n"
               "The lamps were lit; the mist was thick.waves\n");
    session_type(session, "\021");
    ends(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sitting_in_vi),
        cmocka_unit_test(a_sitting_in_emacs),
        cmocka_unit_test(a_sitting_in_cua),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
