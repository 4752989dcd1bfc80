#include "editor/command/fill_inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct editor *editor_with(const char *text)
{
    struct editor *editor = editor_new();
    assert_true(editor_open(editor, NULL, NULL));
    editor_replace(editor, (struct span){ 0, text_size(editor_text(editor)) }, text, strlen(text));
    editor_close_step(editor);
    editor->headless = true;
    return editor;
}

static void text_is(const struct editor *editor, const char *expected)
{
    const struct text *text = editor_text(editor);
    char *bytes = text_copy(text, (struct span){ 0, text_size(text) });
    assert_string_equal(bytes, expected);
    free(bytes);
}

/* The original text of the only hole; "" where it is empty, NULL where there is none. Free it. */
static char *original(const struct editor *editor)
{
    const struct hole *hole = fill_hole_at(editor, editor_document(editor), 0);
    assert_true(fill_hole_count(editor, editor_document(editor)) <= 1);
    return hole ? text_copy(editor_text(editor), hole->span) : NULL;
}

static void edit(struct editor *editor, size_t start, size_t end, const char *bytes)
{
    editor_replace(editor, (struct span){ start, end }, bytes, strlen(bytes));
}

static void a_hole_moves_with_edits_around_it(void **state)
{
    (void)state;
    static const struct {
        size_t start, end;
        const char *bytes, *left; /* what is left of the hole "cdef" in "abcdefgh" */
    } cases[] = {
        { 0, 0, "xyz", "cdef" }, { 2, 2, "x", "cdef" }, { 6, 6, "x", "cdef" },      { 7, 8, "", "cdef" },
        { 0, 2, "", "cdef" },    { 0, 3, "x", "def" },  { 5, 8, "x", "cde" },       { 4, 4, "x", "cdxef" },
        { 3, 5, "", "cf" },      { 2, 6, "new", NULL }, { 0, 8, "all gone", NULL }, { 2, 4, "", "ef" },
        { 4, 6, "", "cd" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct editor *editor = editor_with("abcdefgh\n");
        fill_mask(editor, (struct span){ 2, 6 });
        edit(editor, cases[i].start, cases[i].end, cases[i].bytes);
        char *left = original(editor);
        if (cases[i].left)
            assert_string_equal(left, cases[i].left);
        else
            assert_null(left);
        free(left);
        editor_free(editor);
    }
}

static void an_empty_hole_stays_behind_what_is_typed_at_it(void **state)
{
    (void)state;
    struct editor *editor = editor_with("abcd\n");
    fill_mask(editor, (struct span){ 2, 2 });
    edit(editor, 2, 2, "xx");
    const struct hole *hole = fill_hole_at(editor, editor_document(editor), 0);
    assert_int_equal(hole->span.start, 4);
    edit(editor, 1, 5, "");
    assert_int_equal(fill_hole_count(editor, editor_document(editor)), 0);
    editor_free(editor);
}

static void holes_that_overlap_become_one(void **state)
{
    (void)state;
    struct editor *editor = editor_with("abcdefgh\n");
    fill_mask(editor, (struct span){ 1, 4 });
    fill_mask(editor, (struct span){ 3, 6 });
    char *whole = original(editor);
    assert_string_equal(whole, "bcdef");
    free(whole);
    fill_mask(editor, (struct span){ 6, 8 });
    assert_int_equal(fill_hole_count(editor, editor_document(editor)), 2);
    editor_free(editor);
}

static void begin_with_stub(struct editor *editor)
{
    fill_configure(editor, &(struct fill_setup){ .library = LACUNA_STUB_ENGINE });
}

static void an_accepted_fill_is_one_step_and_the_rest_is_untouched(void **state)
{
    (void)state;
    struct editor *editor = editor_with("The old harbour lay.\nNext.\n");
    begin_with_stub(editor);
    fill_mask(editor, (struct span){ 8, 15 });
    assert_true(editor_run_line(editor, "fill"));
    fill_wait(editor);
    text_is(editor, "The old harbour lay.\nNext.\n");
    assert_true(editor_run_line(editor, "accept"));
    text_is(editor, "The old quay and waited lay.\nNext.\n");
    size_t cursor;
    assert_true(document_undo(editor_document(editor), &cursor));
    text_is(editor, "The old harbour lay.\nNext.\n");
    editor_free(editor);
}

static void undo_brings_the_hole_back_and_redo_takes_it(void **state)
{
    (void)state;
    struct editor *editor = editor_with("The old harbour lay.\nNext.\n");
    struct document *document = editor_document(editor);
    size_t cursor;
    begin_with_stub(editor);
    edit(editor, 0, 3, "Some");
    editor_close_step(editor);
    fill_mask(editor, (struct span){ 9, 16 });
    assert_true(editor_run_line(editor, "fill"));
    fill_wait(editor);
    assert_true(editor_run_line(editor, "accept"));
    assert_int_equal(fill_hole_count(editor, document), 0);
    assert_true(document_undo(document, &cursor));
    text_is(editor, "Some old harbour lay.\nNext.\n");
    assert_int_equal(fill_hole_count(editor, document), 1);
    assert_int_equal(fill_hole_at(editor, document, 0)->span.start, 9);
    assert_int_equal(fill_hole_at(editor, document, 0)->span.end, 16);
    assert_true(document_undo(document, &cursor));
    assert_int_equal(fill_hole_at(editor, document, 0)->span.start, 8);
    assert_true(document_redo(document, &cursor));
    assert_true(document_redo(document, &cursor));
    text_is(editor, "Some old quay and waited lay.\nNext.\n");
    assert_int_equal(fill_hole_count(editor, document), 0);
    assert_true(document_undo(document, &cursor));
    assert_true(editor_run_line(editor, "fill"));
    fill_wait(editor);
    assert_true(editor_run_line(editor, "accept"));
    text_is(editor, "Some old quay and waited lay.\nNext.\n");
    editor_free(editor);
}

static void edits_made_meanwhile_survive_accept_and_reject(void **state)
{
    (void)state;
    struct editor *editor = editor_with("The old harbour lay.\n");
    begin_with_stub(editor);
    fill_mask(editor, (struct span){ 8, 15 });
    assert_true(editor_run_line(editor, "fill"));
    edit(editor, 0, 3, "Some");
    fill_wait(editor);
    assert_true(editor_run_line(editor, "reject"));
    text_is(editor, "Some old harbour lay.\n");
    assert_true(editor_run_line(editor, "fill"));
    fill_wait(editor);
    edit(editor, 0, 4, "Any");
    assert_true(editor_run_line(editor, "accept"));
    text_is(editor, "Any old quay and waited lay.\n");
    editor_free(editor);
}

static void an_edit_inside_a_hole_ends_its_fill(void **state)
{
    (void)state;
    struct editor *editor = editor_with("The old harbour lay.\n");
    begin_with_stub(editor);
    fill_mask(editor, (struct span){ 8, 15 });
    assert_true(editor_run_line(editor, "fill"));
    fill_wait(editor);
    edit(editor, 10, 11, "R");
    assert_non_null(strstr(editor->message, "changed"));
    assert_false(editor_run_line(editor, "accept"));
    text_is(editor, "The old haRbour lay.\n");
    editor_free(editor);
}

static void several_holes_are_filled_together(void **state)
{
    (void)state;
    struct editor *editor = editor_with("one two three four\n");
    begin_with_stub(editor);
    fill_mask(editor, (struct span){ 4, 7 });
    fill_mask(editor, (struct span){ 14, 18 });
    assert_true(editor_run_line(editor, "fill all"));
    fill_wait(editor);
    assert_true(editor_run_line(editor, "accept"));
    assert_true(editor_run_line(editor, "accept"));
    text_is(editor, "one quay and waited three stood there moon\n");
    editor_free(editor);
}

static void words_are_accepted_one_by_one(void **state)
{
    (void)state;
    struct editor *editor = editor_with("The old harbour lay.\n");
    begin_with_stub(editor);
    fill_mask(editor, (struct span){ 8, 15 });
    assert_true(editor_run_line(editor, "fill"));
    fill_wait(editor);
    assert_true(editor_run_line(editor, "accept word"));
    text_is(editor, "The old quay harbour lay.\n");
    assert_true(editor_run_line(editor, "accept word"));
    assert_true(editor_run_line(editor, "accept word"));
    text_is(editor, "The old quay and waited lay.\n");
    assert_int_equal(fill_hole_count(editor, editor_document(editor)), 0);
    editor_free(editor);
}

static void pinned_words_stay_when_it_is_asked_again(void **state)
{
    (void)state;
    struct editor *editor = editor_with("The old harbour lay.\n");
    begin_with_stub(editor);
    fill_mask(editor, (struct span){ 8, 15 });
    assert_true(editor_run_line(editor, "fill"));
    fill_wait(editor);
    assert_true(editor_run_line(editor, "pin and"));
    assert_false(editor_run_line(editor, "pin nothing"));
    assert_true(editor_run_line(editor, "reroll"));
    fill_wait(editor);
    const struct proposal *shown = hole_shown(fill_hole_at(editor, editor_document(editor), 0));
    assert_non_null(strstr(shown->text, " and "));
    assert_null(strstr(shown->text, "quay"));
    editor_free(editor);
}

static void settings_are_shown_and_refused_in_words(void **state)
{
    (void)state;
    struct editor *editor = editor_with("text\n");
    assert_true(editor_run_line(editor, "length words:4:6"));
    assert_true(editor_run_line(editor, "length"));
    assert_string_equal(editor->message, "length words:4:6");
    assert_false(editor_run_line(editor, "length 9:3"));
    assert_false(editor_run_line(editor, "steps 0"));
    assert_false(editor_run_line(editor, "guidance x"));
    assert_false(editor_run_line(editor, "seed -1"));
    assert_true(editor_run_line(editor, "keep moon stars"));
    assert_true(editor_run_line(editor, "keep"));
    assert_string_equal(editor->message, "keep moon stars");
    assert_true(editor_run_line(editor, "keep none"));
    assert_true(editor_run_line(editor, "sampler threshold block=16 temperature=0.7"));
    assert_true(editor_run_line(editor, "sampler"));
    assert_string_equal(editor->message, "sampler threshold temperature=0.7 block=16");
    assert_false(editor_run_line(editor, "sampler threshold block=1.5"));
    assert_false(editor_run_line(editor, "sampler threshold colour=1"));
    assert_false(editor_run_line(editor, "sampler threshold margin"));
    assert_true(editor_run_line(editor, "sampler none"));
    assert_true(editor_run_line(editor, "sampler"));
    assert_string_equal(editor->message, "sampler none");
    assert_false(editor_run_line(editor, "fill"));
    assert_false(editor_run_line(editor, "accept"));
    editor_free(editor);
}

static void type(struct editor *editor, const char *keys)
{
    struct key_list list = { 0 };
    assert_true(key_list_parse(&list, keys, strlen(keys), NULL));
    for (size_t i = 0; i < list.count; i++) {
        editor_key(editor, list.keys[i]);
        fill_wait(editor);
    }
    key_list_free(&list);
}

static struct editor *vi_with(const char *text)
{
    struct editor *editor = editor_with(text);
    struct error error = { 0 };
    begin_with_stub(editor);
    if (!editor_use_keymap(editor, LACUNA_SOURCE_DIR "/keymaps/vi.yaml", &error))
        fail_msg("%s", error.text);
    editor_set_cursor(editor, 0);
    return editor;
}

static void keys_mask_what_they_say(void **state)
{
    (void)state;
    static const struct {
        const char *keys, *original;
    } cases[] = {
        { "\\mw", "one" },       { "\\m2w", "one two" },
        { "w\\miw", "two" },     { "v3l\\m", "one " },
        { "\\mm", "one two." },  { "ve:mask<CR>", "one" },
        { "\\i", "" },           { "Vj\\m", "one two.\nthree four." },
        { "\\mis", "one two." },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct editor *editor = vi_with("one two.\nthree four.\n");
        type(editor, cases[i].keys);
        char *left = original(editor);
        assert_string_equal(left, cases[i].original);
        free(left);
        editor_free(editor);
    }
}

static void dot_fills_the_next_hole_in_the_same_way(void **state)
{
    (void)state;
    struct editor *editor = vi_with("one two\nthree four\n");
    type(editor, "\\mw:fill<CR>:accept<CR>j0\\mw.\\a");
    text_is(editor, "quay and waited two\nquay and waited four\n");
    type(editor, "u");
    text_is(editor, "quay and waited two\nthree four\n");
    editor_free(editor);
}

static void a_macro_fills_as_it_was_typed(void **state)
{
    (void)state;
    struct editor *editor = vi_with("a x b x c x\n");
    type(editor, "qqfx\\ml\\f\\aq2@q");
    text_is(editor, "a quay and waited b quay and waited c quay and waited\n");
    editor_free(editor);
}

static void models_and_samplers_complete_without_a_model_being_opened(void **state)
{
    (void)state;
    struct editor *editor = vi_with("text\n");
    type(editor, ":model dr<Tab>");
    assert_string_equal(editor->prompt.text.data, "model dream-7b");
    type(editor, "<Esc>:model d<Tab>");
    assert_string_equal(editor->prompt.text.data, "model d");
    assert_string_equal(editor->listing.data, "default\ndream-7b\n");
    type(editor, "<Esc>:sampler thr<Tab>");
    assert_string_equal(editor->prompt.text.data, "sampler threshold");
    type(editor, "<Esc>:model /de<Tab>");
    assert_string_equal(editor->prompt.text.data, "model /dev/");
    assert_int_equal(fill_engine_state(editor->fill->engine, NULL), FILL_ENGINE_ASLEEP);
    editor_free(editor);
}

static void a_missing_engine_fails_a_headless_run(void **state)
{
    (void)state;
    struct editor *editor = editor_with("text here\n");
    fill_configure(editor, &(struct fill_setup){ .library = "/nowhere/liblacuna.so" });
    fill_mask(editor, (struct span){ 0, 4 });
    editor_run_line(editor, "fill");
    fill_wait(editor);
    assert_true(editor->failed);
    assert_int_equal(editor->exit_code, 2);
    assert_true(editor->message_is_error);
    editor_free(editor);
}

int main(void)
{
    setenv("LACUNA_STUB_DELAY", "0", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hole_moves_with_edits_around_it),
        cmocka_unit_test(an_empty_hole_stays_behind_what_is_typed_at_it),
        cmocka_unit_test(holes_that_overlap_become_one),
        cmocka_unit_test(an_accepted_fill_is_one_step_and_the_rest_is_untouched),
        cmocka_unit_test(undo_brings_the_hole_back_and_redo_takes_it),
        cmocka_unit_test(edits_made_meanwhile_survive_accept_and_reject),
        cmocka_unit_test(an_edit_inside_a_hole_ends_its_fill),
        cmocka_unit_test(several_holes_are_filled_together),
        cmocka_unit_test(words_are_accepted_one_by_one),
        cmocka_unit_test(pinned_words_stay_when_it_is_asked_again),
        cmocka_unit_test(settings_are_shown_and_refused_in_words),
        cmocka_unit_test(keys_mask_what_they_say),
        cmocka_unit_test(dot_fills_the_next_hole_in_the_same_way),
        cmocka_unit_test(a_macro_fills_as_it_was_typed),
        cmocka_unit_test(models_and_samplers_complete_without_a_model_being_opened),
        cmocka_unit_test(a_missing_engine_fails_a_headless_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
