#include "editor/command/fill_inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct proposal shaded(const char *text, const struct shade *shades, size_t count)
{
    struct proposal proposal = proposal_of(text, strlen(text));
    proposal.shades = malloc((count + 1) * sizeof *shades);
    memcpy(proposal.shades, shades, count * sizeof *shades);
    proposal.shade_count = count;
    return proposal;
}

static void cuts_are_filled_and_the_rest_stays(void **state)
{
    (void)state;
    const struct shade sure = { 0, 5, .9f, false };
    struct proposal base = shaded("alpha beta gamma", &sure, 1);
    struct proposal fills[] = { proposal_of("b", 1), proposal_of("long word", 9) };
    const struct span cuts[] = { { 6, 10 }, { 11, 16 } };
    struct proposal whole = proposal_compose(&base, cuts, 2, fills);
    assert_string_equal(whole.text, "alpha b long word");
    assert_int_equal(whole.size, 17);
    assert_true(proposal_confidence(&whole, (struct span){ 0, 5 }) == .9f);
    proposal_free(&whole);
    proposal_free(&base);
    proposal_free(&fills[0]);
    proposal_free(&fills[1]);
}

static void shades_of_a_fill_move_with_it(void **state)
{
    (void)state;
    const struct shade shade = { 0, 3, .2f, false };
    struct proposal base = proposal_of("a  c", 4), fill = shaded("bbb", &shade, 1);
    const struct span cut = { 2, 2 };
    struct proposal whole = proposal_compose(&base, &cut, 1, &fill);
    assert_string_equal(whole.text, "a bbb c");
    assert_true(proposal_confidence(&whole, (struct span){ 2, 5 }) == .2f);
    assert_true(proposal_confidence(&whole, (struct span){ 0, 2 }) == 1.0f);
    proposal_free(&whole);
    proposal_free(&base);
    proposal_free(&fill);
}

static void words_are_found_whatever_the_blanks(void **state)
{
    (void)state;
    struct proposal proposal = proposal_of("  one two\tthree ", 16);
    struct span word;
    assert_true(proposal_word_at(&proposal, 2, &word));
    assert_int_equal(word.start, 10);
    assert_int_equal(word.end, 15);
    assert_false(proposal_word_at(&proposal, 3, &word));
    proposal_free(&proposal);
}

static void a_pin_holds_exactly_its_word(void **state)
{
    (void)state;
    const struct shade shade = { 0, 11, .5f, false };
    struct proposal proposal = shaded("one two six", &shade, 1);
    proposal_pin(&proposal, (struct span){ 4, 7 }, true);
    assert_true(proposal_is_pinned(&proposal, (struct span){ 4, 7 }));
    assert_false(proposal_is_pinned(&proposal, (struct span){ 0, 3 }));
    assert_true(proposal_confidence(&proposal, (struct span){ 8, 11 }) == .5f);
    proposal_pin(&proposal, (struct span){ 4, 7 }, false);
    assert_false(proposal_is_pinned(&proposal, (struct span){ 4, 7 }));
    proposal_free(&proposal);
}

static void the_start_is_taken_off_with_its_shades(void **state)
{
    (void)state;
    const struct shade shades[] = { { 0, 3, .1f, false }, { 4, 7, .6f, false } };
    struct proposal proposal = shaded("one two", shades, 2);
    proposal_behead(&proposal, 4);
    assert_string_equal(proposal.text, "two");
    assert_true(proposal_confidence(&proposal, (struct span){ 0, 3 }) == .6f);
    proposal_free(&proposal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_are_filled_and_the_rest_stays),
        cmocka_unit_test(shades_of_a_fill_move_with_it),
        cmocka_unit_test(words_are_found_whatever_the_blanks),
        cmocka_unit_test(a_pin_holds_exactly_its_word),
        cmocka_unit_test(the_start_is_taken_off_with_its_shades),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
