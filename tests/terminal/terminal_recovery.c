/* What a person finds again after a crash, and of holes that were left open. */
#include "tests/terminal/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>

/* A file of its own for each test, so that no journal of an earlier run speaks of it. */
static const char *new_file(const char *text)
{
    static char name[64];
    static int count;
    char path[4096];
    struct stat status;
    do {
        snprintf(name, sizeof name, "recovery-%d.md", count++);
        snprintf(path, sizeof path, "%s/%s", session_folder(), name);
    } while (stat(path, &status) == 0);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    return name;
}

static void is_in_file(const char *name, const char *expected)
{
    char path[4096], text[4096];
    snprintf(path, sizeof path, "%s/%s", session_folder(), name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    assert_string_equal(text, expected);
    remove(path);
}

static struct session *start_session(const char *option, const char *name)
{
    const char *const arguments[] = { option ? option : name, option ? name : NULL, NULL };
    return session_start(24, 80, "xterm-256color", arguments, NULL);
}

static void what_was_typed_before_a_kill_is_recovered(void **state)
{
    (void)state;
    const char *name = new_file("one\n");
    struct session *session = start_session(NULL, name);
    assert_true(session_sees(session, "  1 one"));
    session_type(session, "otyped before the kill");
    assert_true(session_sees(session, "before the kill"));
    session_settle(session, 1000);
    session_signal(session, SIGKILL);
    session_end(session);
    session_free(session);
    session = start_session(NULL, name);
    assert_true(session_sees(session, "lacuna --recover"));
    session_type(session, ":q\r");
    assert_int_equal(session_end(session), 0);
    session_free(session);
    session = start_session("--recover", name);
    assert_true(session_sees(session, "  1 one\n  2 typed before the kill\n"));
    session_type(session, ":wq\r");
    assert_int_equal(session_end(session), 0);
    session_free(session);
    is_in_file(name, "one\ntyped before the kill\n");
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Letters one after the other until the kill; what came back is their beginning, all but the last second. */
static void a_kill_at_any_moment_costs_a_second_at_most(void **state)
{
    (void)state;
    enum { ROUNDS = 3, LETTERS = 200 };
    for (int round = 0; round < ROUNDS; round++) {
        char typed[LETTERS + 1] = "", path[4096], text[4096];
        double times[LETTERS], start;
        const char *name = new_file("");
        struct session *session = start_session(NULL, name);
        assert_true(session_sees(session, "NORMAL"));
        session_type(session, "i");
        start = now();
        int count = 0;
        for (; count < LETTERS && now() < start + 1.2 + 0.27 * round; count++) {
            typed[count] = (char)('a' + (count * 7 + round) % 26);
            times[count] = now();
            session_send(session, typed + count, 1);
            session_settle(session, 1 + count * 5 % 13);
        }
        double end = now();
        session_signal(session, SIGKILL);
        session_end(session);
        session_free(session);
        session = start_session("--recover", name);
        assert_true(session_sees(session, "NORMAL"));
        session_type(session, ":wq\r");
        assert_int_equal(session_end(session), 0);
        session_free(session);
        snprintf(path, sizeof path, "%s/%s", session_folder(), name);
        FILE *file = fopen(path, "r");
        size_t size = file ? fread(text, 1, sizeof text - 1, file) : 0;
        fclose(file);
        remove(path);
        size -= size && text[size - 1] == '\n';
        assert_true((int)size <= count);
        assert_memory_equal(text, typed, size);
        assert_true((int)size == count || times[size] > end - 1);
    }
}

static void open_holes_are_there_again(void **state)
{
    (void)state;
    const char *name = new_file("The old harbour lay.\n");
    struct session *session = start_session(NULL, name);
    assert_true(session_sees(session, "harbour"));
    session_type(session, "ww\\mw");
    assert_true(session_sees(session, "The old [·······] lay."));
    session_type(session, ":q\r");
    assert_true(session_sees(session, "open holes"));
    session_type(session, ":wq\r");
    assert_int_equal(session_end(session), 0);
    session_free(session);
    session = start_session(NULL, name);
    assert_true(session_sees(session, "The old [·······] lay."));
    session_type(session, ":unmask all\r");
    assert_true(session_sees(session, "The old harbour lay."));
    session_type(session, ":wq\r");
    assert_int_equal(session_end(session), 0);
    session_free(session);
    is_in_file(name, "The old harbour lay.\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_typed_before_a_kill_is_recovered),
        cmocka_unit_test(a_kill_at_any_moment_costs_a_second_at_most),
        cmocka_unit_test(open_holes_are_there_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
