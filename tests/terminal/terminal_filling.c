/* What a person sees of holes and fills. The stub engine's words depend on seed, alternative and hole alone.
 */
#include "tests/terminal/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char text[] = "The old man went down to the harbour and waited an hour.\nThe boats came in.\n";

static void write_file(const char *content)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/draft.md", session_folder());
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(content, file);
    fclose(file);
}

static char *read_file(void)
{
    static char content[65536];
    char path[4096];
    snprintf(path, sizeof path, "%s/draft.md", session_folder());
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    content[fread(content, 1, sizeof content - 1, file)] = 0;
    fclose(file);
    return content;
}

static struct session *open_draft(int rows, int columns, const char *const *variables)
{
    static const char *const arguments[] = { "draft.md", NULL };
    write_file(text);
    struct session *session = session_start(rows, columns, "xterm-256color", arguments, variables);
    assert_true(session_sees(session, "The old man"));
    return session;
}

static void leave(struct session *session)
{
    session_type(session, "\033");
    session_settle(session, 60);
    session_type(session, ":q!\r");
    assert_int_equal(session_end(session), 0);
    session_free(session);
}

static void a_hole_is_shown_as_dots_between_brackets(void **state)
{
    (void)state;
    struct session *session = open_draft(24, 80, NULL);
    session_type(session, "/harbour\rv3e:mask\r");
    assert_true(session_sees(session, "down to the [··················] an hour."));
    assert_true(session_sees(session, "hole 1/1 · auto · 8 steps"));
    session_type(session, ":unmask\r");
    assert_true(session_sees(session, "down to the harbour and waited an hour."));
    leave(session);
}

static void a_fill_is_watched_accepted_and_undone(void **state)
{
    (void)state;
    static const char *const slow[] = { "LACUNA_STUB_DELAY=40", NULL };
    struct session *session = open_draft(24, 80, slow);
    session_type(session, "/harbour\rv3e:mask\r:fill\r");
    assert_true(session_sees(session, "[quay · ·] an hour."));
    assert_true(session_sees(session, "FILL  step"));
    assert_true(session_sees(session, "[quay and waited] an hour."));
    assert_true(session_sees(session, "▸ 1  quay and waited"));
    session_type(session, "\r");
    assert_true(session_sees(session, "down to the quay and waited an hour."));
    assert_true(session_misses(session, "alternatives"));
    session_type(session, "u");
    assert_true(session_sees(session, "down to the [·"));
    session_type(session, ":unmask\r");
    assert_true(session_sees(session, "down to the harbour and waited an hour."));
    leave(session);
}

static void typing_goes_on_while_a_fill_runs(void **state)
{
    (void)state;
    static const char *const slow[] = { "LACUNA_STUB_DELAY=60", NULL };
    struct session *session = open_draft(24, 80, slow);
    session_type(session, "/harbour\rv3e:mask\r:fill\r");
    session_type(session, "Gowater, rain\033");
    assert_true(session_sees(session, "  3 water, rain"));
    assert_true(session_sees(session, "[quay and waited] an hour."));
    session_settle(session, 400); /* the last step shows it already, the answer comes after */
    session_type(session, ":accept\r");
    assert_true(session_sees(session, "down to the quay and waited an hour."));
    assert_true(session_sees(session, "  3 water, rain"));
    leave(session);
}

static void escape_cancels_a_fill_and_restores(void **state)
{
    (void)state;
    static const char *const slow[] = { "LACUNA_STUB_DELAY=500", NULL };
    struct session *session = open_draft(24, 80, slow);
    session_type(session, "/harbour\rv3e:mask\r:fill\r");
    assert_true(session_sees(session, "FILL"));
    session_settle(session, 100);
    session_type(session, "\033");
    assert_true(session_sees(session, "fill cancelled"));
    assert_true(session_sees(session, "[··················] an hour."));
    session_type(session, ":w\r");
    assert_true(session_sees(session, "written as the original text"));
    assert_string_equal(read_file(), text);
    leave(session);
}

static void another_alternative_is_chosen_and_a_word_accepted(void **state)
{
    (void)state;
    struct session *session = open_draft(24, 80, NULL);
    session_type(session, "/harbour\rv3e:mask\r:fill\r");
    assert_true(session_sees(session, "▸ 1  quay and waited"));
    session_type(session, "\033[B");
    assert_true(session_sees(session, "▸ 2  water as before"));
    session_type(session, "w");
    assert_true(session_sees(session, "down to the water [as before] an hour."));
    session_type(session, "\r");
    assert_true(session_sees(session, "down to the water as before an hour."));
    leave(session);
}

static void a_model_that_is_missing_blocks_nothing(void **state)
{
    (void)state;
    static const char *const missing[] = { "LACUNA_STUB_MODEL=missing", NULL };
    struct session *session = open_draft(24, 80, missing);
    session_type(session, "/harbour\rv3e:mask\r:fill\r");
    assert_true(session_sees(session, "no model of that name"));
    session_type(session, "Gonew line\033");
    assert_true(session_sees(session, "  3 new line"));
    leave(session);
}

static void a_hole_is_seen_on_a_small_screen_without_colours(void **state)
{
    (void)state;
    static const char *const plain[] = { "NO_COLOR=1", NULL };
    struct session *session = open_draft(5, 20, plain);
    session_type(session, "/harbour\rv3e:mask\r");
    assert_true(session_sees(session, "[····"));
    session_type(session, ":fill\r");
    assert_true(session_sees(session, "▸ 1  quay"));
    session_type(session, "\r");
    assert_true(session_sees(session, "quay and"));
    leave(session);
}

static void the_lesson_opens_with_a_hole_ready(void **state)
{
    (void)state;
    static const char *const tutor[] = { "--tutor", NULL };
    struct session *session = session_start(24, 80, "xterm-256color", tutor, NULL);
    assert_true(session_sees(session, "down to the [··················] an hour before"));
    session_type(session, "\013");
    assert_true(session_sees(session, "[quay and waited] an hour before"));
    assert_true(session_sees(session, "alternatives"));
    session_type(session, "\r");
    assert_true(session_sees(session, "down to the quay and waited an hour before"));
    session_type(session, "u");
    assert_true(session_sees(session, "down to the [··················] an hour before"));
    session_type(session, "uu");
    assert_true(session_sees(session, "at the oldest state"));
    assert_true(session_sees(session, "a lesson of five minutes"));
    leave(session);
}

static void operators_and_keys_reach_holes(void **state)
{
    (void)state;
    struct session *session = open_draft(24, 80, NULL);
    session_type(session, "/harbour\r");
    session_settle(session, 50);
    session_type(session, "\\me");
    assert_true(session_sees(session, "down to the [·······] and waited"));
    session_type(session, "\\u");
    assert_true(session_sees(session, "down to the harbour and waited"));
    leave(session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hole_is_shown_as_dots_between_brackets),
        cmocka_unit_test(a_fill_is_watched_accepted_and_undone),
        cmocka_unit_test(typing_goes_on_while_a_fill_runs),
        cmocka_unit_test(escape_cancels_a_fill_and_restores),
        cmocka_unit_test(another_alternative_is_chosen_and_a_word_accepted),
        cmocka_unit_test(a_model_that_is_missing_blocks_nothing),
        cmocka_unit_test(a_hole_is_seen_on_a_small_screen_without_colours),
        cmocka_unit_test(the_lesson_opens_with_a_hole_ready),
        cmocka_unit_test(operators_and_keys_reach_holes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
