#include "editor/text/builder.h"
#include "editor/text/search.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* A text whose pieces are `step` bytes long, so that matches lie across pieces. */
static struct text *text_in_pieces(const char *bytes, size_t size, size_t step)
{
    struct text *text = text_new("", 0);
    for (size_t end = size; end > 0;) {
        size_t start = end > step ? end - step : 0;
        struct text *next = text_replace(text, (struct span){ 0, 0 }, bytes + start, end - start);
        text_free(text);
        text = next;
        end = start;
    }
    return text;
}

static struct search *compile(const char *pattern, unsigned options)
{
    struct error error = { 0 };
    struct search *search = search_new(pattern, strlen(pattern), options, &error);
    if (!search)
        fail_msg("%s: %s", pattern, error.text);
    return search;
}

static const struct {
    const char *pattern, *text;
    unsigned options;
    size_t start, end; /* both 99: none */
} rows[] = {
    { "cat", "the cat", 0, 4, 7 },
    { "c.t", "the cat", SEARCH_LITERAL, 99, 99 },
    { "C.T", "the c.t", SEARCH_LITERAL | SEARCH_IGNORE_CASE, 4, 7 },
    { "\xc3\x89T\xc3\x89", "un \xc3\xa9t\xc3\xa9", SEARCH_IGNORE_CASE, 3, 8 },
    { "\\bold\\b", "bold old", 0, 5, 8 },
    { "^b", "a\nb", 0, 2, 3 },
    { "a$", "ab\na\n", 0, 3, 4 },
    { "a\\n+b", "a\n\n\nb", 0, 0, 5 },
    { "(?<=the )cat", "a cat the cat", 0, 10, 13 },
    { "a.c", "a\nc", SEARCH_DOT_ALL, 0, 3 },
    { "a.c", "a\nc abc", 0, 4, 7 },
    { "\\w+", "-- \xd1\x82\xd0\xb0\xd0\xba", 0, 3, 9 },
    { "\x80\xff", "a\x80\xff", SEARCH_LITERAL, 1, 3 },
    { "x*", "ab", 0, 0, 0 },
    { "$", "ab", 0, 2, 2 },
    { "b", "ab", SEARCH_ANCHORED, 99, 99 },
    { "[^a]",
      "a\xff"
      "b",
      0, 2, 3 },
};

static void a_match_is_found_wherever_the_pieces_end(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t step = 1; step < 9; step++) {
            struct search *search = compile(rows[i].pattern, rows[i].options);
            struct text *text = text_in_pieces(rows[i].text, strlen(rows[i].text), step);
            struct match match;
            enum search_result result = search_forward(search, text, 0, (size_t)-1, &match, NULL);
            bool none = rows[i].start == 99;
            if (none ? result != SEARCH_NONE
                     : result != SEARCH_FOUND || match.groups[0].start != rows[i].start ||
                           match.groups[0].end != rows[i].end)
                fail_msg("row %zu, pieces of %zu bytes: result %d, %zu to %zu", i, step, result,
                         match.groups[0].start, match.groups[0].end);
            search_free(search);
            text_free(text);
        }
}

/* Words in lines, a few of them rare; the places of `needle` known by strstr. */
static char *make_words(size_t size)
{
    static const char *const words[] = { "the ", "harbour\n",          "lay ", "under ",
                                         "fog",  "\xc3\xa9t\xc3\xa9 ", "\n" };
    char *bytes = malloc(size + 1);
    uint64_t state = 88172645463325252u;
    for (size_t at = 0; at < size;) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        const char *word = words[(state >> 40) % 7];
        size_t length = strlen(word);
        if (length > size - at) {
            memset(bytes + at, '.', size - at);
            break;
        }
        memcpy(bytes + at, word, length);
        at += length;
    }
    bytes[size] = 0;
    return bytes;
}

static void assert_all_found(const char *bytes, const struct text *text, const char *needle, unsigned options)
{
    struct search *search = compile(needle, options);
    struct match match;
    size_t expected = 0, count, size = text_size(text), from = 0;
    for (const char *at = bytes; (at = strstr(at, needle)); at += strlen(needle)) {
        assert_int_equal(search_forward(search, text, from, size, &match, NULL), SEARCH_FOUND);
        assert_int_equal(match.groups[0].start, at - bytes);
        from = match.groups[0].end;
        expected++;
    }
    assert_int_equal(search_forward(search, text, from, size, &match, NULL), SEARCH_NONE);
    search_count(search, text, 0, size, &count, NULL);
    assert_int_equal(count, expected);
    for (size_t to = size; to > 0; to = to / 3) {
        const char *last = NULL;
        for (const char *at = bytes; (at = strstr(at, needle)) && at < bytes + to; at++)
            last = at;
        assert_int_equal(search_backward(search, text, 0, to, &match, NULL),
                         last ? SEARCH_FOUND : SEARCH_NONE);
        if (last)
            assert_int_equal(match.groups[0].start, last - bytes);
    }
    search_free(search);
}

static void every_match_is_found_in_both_directions(void **unused)
{
    (void)unused;
    size_t size = 200000;
    char *bytes = make_words(size);
    static const size_t steps[] = { 200000, 5000, 37 };
    for (size_t i = 0; i < 3; i++) {
        struct text *text = text_in_pieces(bytes, size, steps[i]);
        assert_all_found(bytes, text, "fogharbour\n", SEARCH_LITERAL);
        assert_all_found(bytes, text, "fog\xc3\xa9t\xc3\xa9 fog\nharbour", 0);
        assert_all_found(bytes, text, "not there", 0);
        text_free(text);
    }
    free(bytes);
}

static bool expand_to(void *user, const struct text *text, const struct match *match, struct bytes *out)
{
    (void)text;
    (void)match;
    bytes_append_text(out, user);
    return true;
}

static void assert_replaced(const char *before, const char *pattern, char *by, bool once, const char *after)
{
    struct search *search = compile(pattern, 0);
    struct text *text = text_in_pieces(before, strlen(before), 3), *changed;
    size_t count;
    enum search_result result =
        search_replace(search, text, 0, (size_t)-1, once, expand_to, by, &changed, &count, NULL);
    assert_int_equal(result, SEARCH_FOUND);
    char *copy = text_copy(changed, (struct span){ 0, (size_t)-1 });
    assert_string_equal(copy, after);
    assert_true(text_check(changed));
    free(copy);
    search_free(search);
    text_free(text);
    text_free(changed);
}

static void replacing_gives_a_new_text(void **unused)
{
    (void)unused;
    assert_replaced("axb", "x*", "-", false, "-a-b");
    assert_replaced("one two\none\n", "o", "0", false, "0ne tw0\n0ne\n");
    assert_replaced("one two\noone\n", "o", "0", true, "0ne two\n0one\n");
    assert_replaced("a\nb\n", "^", "> ", false, "> a\n> b\n");
    assert_replaced("a\n\nb", "\n", "", false, "ab");
    assert_replaced("\xc3\xa9", "", ".", false, ".\xc3\xa9");
}

static bool swap_groups(void *user, const struct text *text, const struct match *match, struct bytes *out)
{
    (void)user;
    for (size_t i = match->count; i-- > 1;) {
        char *group = text_copy(text, match->groups[i]);
        bytes_append_text(out, group);
        free(group);
    }
    return match->groups[1].start != 0;
}

static void a_replacement_sees_the_groups(void **unused)
{
    (void)unused;
    struct search *search = compile("(\\w+)(=)(\\w+)", 0);
    struct text *text = text_in_pieces("a=1 b=2 c=3", 11, 2), *changed;
    size_t count;
    search_replace(search, text, 0, (size_t)-1, false, swap_groups, NULL, &changed, &count, NULL);
    char *copy = text_copy(changed, (struct span){ 0, (size_t)-1 });
    assert_string_equal(copy, "a=1 2=b 3=c");
    assert_int_equal(count, 2);
    free(copy);
    search_free(search);
    text_free(text);
    text_free(changed);
}

static void a_bad_pattern_says_where(void **unused)
{
    (void)unused;
    struct error error = { 0 };
    assert_null(search_new("a(b", 3, 0, &error));
    assert_string_equal(error.text, "pattern: missing closing parenthesis at byte 4");
}

static void a_pattern_that_needs_too_much_work_is_stopped(void **unused)
{
    (void)unused;
    static const char *const patterns[] = { "(a+)+b", "(a|aa)+$", "(.*)*x", "(?:a?){30}a{30}b" };
    enum { SIZE = 200000 };
    char *bytes = malloc(SIZE);
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = i % 40 == 39 ? ' ' : 'a';
    struct text *text = text_new(bytes, SIZE);
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        struct error error = { 0 };
        struct match match;
        struct search *search = compile(patterns[i], 0);
        time_t begun = time(NULL);
        enum search_result result = search_forward(search, text, 0, SIZE, &match, &error);
        assert_true(time(NULL) - begun < 20);
        if (result == SEARCH_STOPPED)
            assert_string_equal(error.text, "the pattern needs too much work at line 1: make it simpler");
        search_free(search);
    }
    text_free(text);
    free(bytes);
}

static void *cancel_soon(void *flag)
{
    usleep(20000);
    atomic_store((atomic_bool *)flag, true);
    return NULL;
}

static bool is_set(void *flag)
{
    return atomic_load((atomic_bool *)flag);
}

static void a_search_is_interrupted(void **unused)
{
    (void)unused;
    enum { SIZE = 50000000 };
    struct error error = { 0 };
    struct match match;
    atomic_bool cancel = false;
    pthread_t thread;
    char *bytes = malloc(SIZE);
    memset(bytes, 'a', SIZE);
    struct text *text = text_new(bytes, SIZE);
    struct search *search = compile("(a|b){3,30}c", 0);
    search_set_interrupt(search, is_set, &cancel);
    pthread_create(&thread, NULL, cancel_soon, &cancel);
    assert_int_equal(search_forward(search, text, 0, SIZE, &match, &error), SEARCH_STOPPED);
    assert_string_equal(error.text, "the search was interrupted");
    pthread_join(thread, NULL);
    search_free(search);
    text_free(text);
    free(bytes);
}

static void a_builder_joins_short_parts(void **unused)
{
    (void)unused;
    size_t size = 100000;
    char *bytes = make_words(size);
    struct text *text = text_in_pieces(bytes, size, 9000);
    struct text_builder *builder = text_builder_new();
    for (size_t at = 0; at < size; at += 50)
        text_builder_span(builder, text, (struct span){ at, at + 50 });
    text_builder_span(builder, text, (struct span){ 0, size });
    struct text *built = text_builder_finish(builder);
    char *copy = text_copy(built, (struct span){ 0, 2 * size });
    assert_memory_equal(copy, bytes, size);
    assert_memory_equal(copy + size, bytes, size);
    assert_true(text_check(built));
    free(copy);
    free(bytes);
    text_free(text);
    text_free(built);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_match_is_found_wherever_the_pieces_end),
        cmocka_unit_test(every_match_is_found_in_both_directions),
        cmocka_unit_test(replacing_gives_a_new_text),
        cmocka_unit_test(a_replacement_sees_the_groups),
        cmocka_unit_test(a_bad_pattern_says_where),
        cmocka_unit_test(a_pattern_that_needs_too_much_work_is_stopped),
        cmocka_unit_test(a_search_is_interrupted),
        cmocka_unit_test(a_builder_joins_short_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
