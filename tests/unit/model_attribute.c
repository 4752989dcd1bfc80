/* The attribute prompt, words of a text, and how fills join their sides. */
#include "model/infill/attribute.h"
#include "model/infill/seam.h"
#include "model/infill/unicode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int make_attributes(void **state)
{
    static struct attributes attributes;
    attributes = (struct attributes){ 0 };
    attributes_add(&attributes, "tense", "past", 11);
    attributes_add(&attributes, "tense", "present", 12);
    attributes_add(&attributes, "person", "first person", 16);
    attributes_add(&attributes, "register", "formal", 19);
    attributes_add(&attributes, "register", "technical", 21);
    attributes_add(&attributes, "genre", "technical prose", 29);
    attributes_also(&attributes, "stiff", 3);
    *state = &attributes;
    return 0;
}

static int drop_attributes(void **state)
{
    attributes_free(*state);
    return 0;
}

static void expect(const struct attributes *attributes, const char *text, const char *names,
                   const char *words)
{
    struct wanted_attributes wanted;
    struct lacuna_error error = { 0 };
    char found[256] = "", kept[256] = "";
    if (!attributes_parse(attributes, text, &wanted, &error))
        fail_msg("%s", error.message);
    for (size_t i = 0; i < wanted.count; i++)
        strcat(strcat(found, i ? "|" : ""), attributes->at[wanted.indexes[i]].value);
    for (size_t i = 0; i < wanted.word_count; i++)
        strcat(strcat(kept, i ? "|" : ""), wanted.words[i]);
    assert_string_equal(found, names);
    assert_string_equal(kept, words);
    wanted_attributes_free(&wanted);
}

static void names_are_found_in_any_order_and_case(void **state)
{
    expect(*state, "formal past", "formal|past", "");
    expect(*state, " Past,FORMAL ", "past|formal", "");
    expect(*state, "", "", "");
    expect(*state, "past past", "past", "");
}

static void the_longest_name_wins(void **state)
{
    expect(*state, "technical prose past", "technical prose|past", "");
    expect(*state, "technical past", "technical|past", "");
    expect(*state, "first person, stiff", "first person|formal", "");
}

static void the_rest_after_with_is_kept(void **state)
{
    expect(*state, "formal with: moon, sea", "formal", "moon|sea");
    expect(*state, "with:moon", "", "moon");
}

static void an_unknown_name_gets_the_nearest(void **state)
{
    static const struct {
        const char *text, *near;
    } cases[] = { { "formla", "'formal'" },
                  { "past presnt", "'present'" },
                  { "first prson", "'first person'" } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct wanted_attributes wanted;
        struct lacuna_error error = { 0 };
        assert_false(attributes_parse(*state, cases[i].text, &wanted, &error));
        assert_int_equal(error.code, LACUNA_ATTRIBUTE);
        if (i < 2)
            assert_non_null(strstr(error.message, cases[i].near));
    }
}

static void words_are_counted_as_pythons_pattern_does(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int words;
    } cases[] = { { "", 0 },       { "don't", 1 },         { "the dogs' bone", 3 },
                  { "a_b", 2 },    { "3.14", 2 },          { "rock’n’roll", 1 },
                  { "''x''y", 2 }, { "— café, naïve", 2 }, { "漢字 x", 2 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(text_words(cases[i].text, strlen(cases[i].text)), cases[i].words);
}

static struct seam seam(const char *left, const char *right)
{
    return seam_find(left, strlen(left), right, strlen(right));
}

static void the_blank_or_fragment_on_the_left_is_touched(void **state)
{
    (void)state;
    static const struct {
        const char *left;
        size_t touch;
    } cases[] = { { "the ", 1 },  { "the cat", 4 }, { "cat", 3 },  { "", 0 },       { "end.", 0 },
                  { "end. ", 1 }, { "a\n", 0 },     { "café", 5 }, { "x 漢字", 0 }, { "in 20", 0 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(seam(cases[i].left, "").touch, cases[i].touch);
}

static void a_fill_joins_its_sides(void **state)
{
    (void)state;
    struct seam middle = seam("the ", " sat"), cut = seam("the ", "sat"), comma = seam("the ", ", and"),
                inside = seam("unbe", "able");
    assert_false(seam_may_begin(&middle, ' ', false));
    assert_false(seam_may_end(&middle, ' ', false));
    assert_true(seam_may_end(&middle, 't', true));
    assert_true(seam_needs_blank(&cut));
    assert_true(seam_may_end(&cut, ' ', true));
    assert_false(seam_may_end(&cut, 't', true));
    assert_false(seam_may_end(&comma, ',', true));
    assert_false(seam_may_end(&comma, ' ', true));
    assert_false(seam_needs_blank(&inside));
    assert_true(seam_may_end(&inside, 'v', true));
}

static void repeated_neighbours_are_counted(void **state)
{
    (void)state;
    struct seam sides = seam("he went to the ", " in the house");
    assert_int_equal(seam_repeats(&sides, "old man", 7), 0);
    assert_int_equal(seam_repeats(&sides, "the man", 7), 1);
    assert_int_equal(seam_repeats(&sides, "man In the", 10), 2);
    assert_int_equal(seam_repeats(&sides, "to the man in", 13), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_found_in_any_order_and_case),
        cmocka_unit_test(the_longest_name_wins),
        cmocka_unit_test(the_rest_after_with_is_kept),
        cmocka_unit_test(an_unknown_name_gets_the_nearest),
        cmocka_unit_test(words_are_counted_as_pythons_pattern_does),
        cmocka_unit_test(the_blank_or_fragment_on_the_left_is_touched),
        cmocka_unit_test(a_fill_joins_its_sides),
        cmocka_unit_test(repeated_neighbours_are_counted),
    };
    return cmocka_run_group_tests(tests, make_attributes, drop_attributes);
}
