#include "editor/text/difference.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static uint64_t draw(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* What the first text becomes when the differences are applied to it; *changed is how many bytes they cover.
 */
static struct text *apply(const struct text *before, const struct text *after, size_t *changed)
{
    size_t count;
    struct difference *differences = text_differences(before, after, &count);
    struct text *text = text_splice(before, (struct span){ 0, 0 }, before, (struct span){ 0, 0 });
    *changed = 0;
    for (size_t i = 0; i < count; i++) {
        struct span removed = differences[i].removed, inserted = differences[i].inserted;
        size_t size = removed.end - removed.start;
        struct span here = { inserted.start, inserted.start + size };
        struct text *next = text_splice(text, here, after, inserted);
        text_free(text);
        text = next;
        *changed += size + inserted.end - inserted.start;
    }
    free(differences);
    return text;
}

static size_t assert_applied(const struct text *before, const struct text *after)
{
    size_t changed, size = text_size(after);
    struct text *applied = apply(before, after, &changed);
    assert_int_equal(text_size(applied), size);
    char *expected = text_copy(after, (struct span){ 0, size }),
         *copy = text_copy(applied, (struct span){ 0, size });
    assert_memory_equal(expected, copy, size);
    free(expected);
    free(copy);
    text_free(applied);
    return changed;
}

static struct text *random_edit(struct text *text, uint64_t *state)
{
    size_t size = text_size(text), start = draw(state) % (size + 1), length = draw(state) % 50;
    struct span span = { start, start + length };
    if (draw(state) % 4 == 0)
        return text_splice(text, (struct span){ start, start }, text,
                           (struct span){ size / 3, size / 3 + length });
    return text_replace(text, span, "some new words", draw(state) % 15);
}

static void differences_turn_one_text_into_the_other(void **unused)
{
    (void)unused;
    enum { SIZE = 100000, EDITS = 2000 };
    uint64_t state = 77;
    char *bytes = malloc(SIZE);
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = (char)('a' + draw(&state) % 26);
    struct text *text = text_new(bytes, SIZE), *older = text_keep(text), *first = text_keep(text);
    for (int i = 1; i <= EDITS; i++) {
        struct text *next = random_edit(text, &state);
        text_free(text);
        text = next;
        if (i % (1 + i / 40) == 0) {
            assert_applied(older, text);
            assert_applied(text, older);
            text_free(older);
            older = text_keep(text);
        }
    }
    assert_applied(first, text);
    assert_applied(text, first);
    text_free(text);
    text_free(older);
    text_free(first);
    free(bytes);
}

/* Edits at both ends of a large text are two small differences; so is a moved line. */
static void differences_are_small(void **unused)
{
    (void)unused;
    size_t size = 10000000;
    char *bytes = malloc(size);
    memset(bytes, 'a', size);
    struct text *text = text_new(bytes, size);
    struct text *start = text_replace(text, (struct span){ 5, 5 }, "start", 5);
    struct text *both = text_replace(start, (struct span){ size, size + 1 }, "end", 3);
    assert_true(assert_applied(text, both) < 20);
    assert_true(assert_applied(both, text) < 20);
    assert_int_equal(assert_applied(both, both), 0);
    struct text *moved = text_splice(both, (struct span){ 100, 100 }, both, (struct span){ size - 50, size });
    struct text *cut = text_replace(moved, (struct span){ size, size + 50 }, "", 0);
    assert_true(assert_applied(both, cut) < 200);
    text_free(text);
    text_free(start);
    text_free(both);
    text_free(moved);
    text_free(cut);
    free(bytes);
}

static void empty_texts_differ_like_others(void **unused)
{
    (void)unused;
    struct text *empty = text_new("", 0), *some = text_new("abc", 3);
    assert_int_equal(assert_applied(empty, some), 3);
    assert_int_equal(assert_applied(some, empty), 3);
    assert_int_equal(assert_applied(empty, empty), 0);
    text_free(empty);
    text_free(some);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(differences_turn_one_text_into_the_other),
        cmocka_unit_test(differences_are_small),
        cmocka_unit_test(empty_texts_differ_like_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
