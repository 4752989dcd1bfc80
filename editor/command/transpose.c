/* transpose.c - two neighbours change places: characters, words, lines. */
#include "editor/command/editor_inside.h"

#include <stdlib.h>
#include <string.h>

/* The text before `first`, second, between, first: one edit. */
static void swap_spans(struct editor *editor, struct span first, struct span second)
{
    struct text *text = editor_text(editor);
    struct span parts[] = { second, { first.end, second.start }, first };
    struct bytes out = { 0 };
    for (size_t i = 0; i < 3; i++) {
        char *bytes = text_copy(text, parts[i]);
        bytes_append(&out, bytes, parts[i].end - parts[i].start);
        free(bytes);
    }
    editor_replace(editor, (struct span){ first.start, second.end }, out.data ? out.data : "", out.size);
    bytes_free(&out);
    editor_set_cursor(editor, second.end);
}

static bool swap_characters(struct editor *editor)
{
    struct text *text = editor_text(editor);
    size_t at = editor->window.cursor, begin = place_begin(text, at);
    if (at == place_end(text, at) && at > begin)
        at = place_previous(text, at);
    if (at == begin)
        return editor_error(editor, "there is no character before the cursor");
    swap_spans(editor, (struct span){ place_previous(text, at), at },
               (struct span){ at, place_next(text, at) });
    return true;
}

/* The word that ends at or before `at`, or the one behind it. */
static bool word_before(const struct text *text, size_t at, struct span *word)
{
    while (at > 0 && !code_is_word(place_code(text, place_previous(text, at))))
        at = place_previous(text, at);
    word->end = at;
    while (at > 0 && code_is_word(place_code(text, place_previous(text, at))))
        at = place_previous(text, at);
    word->start = at;
    return word->start < word->end;
}

static bool word_after(const struct text *text, size_t at, struct span *word)
{
    size_t size = text_size(text);
    while (at < size && !code_is_word(place_code(text, at)))
        at = place_next(text, at);
    word->start = at;
    while (at < size && code_is_word(place_code(text, at)))
        at = place_next(text, at);
    word->end = at;
    return word->start < word->end;
}

static bool swap_words(struct editor *editor)
{
    struct text *text = editor_text(editor);
    struct span first, second;
    size_t at = editor->window.cursor;
    while (at > 0 && code_is_word(place_code(text, at)) &&
           code_is_word(place_code(text, place_previous(text, at))))
        at = place_previous(text, at);
    if (!word_after(text, at, &second) || !word_before(text, second.start, &first))
        return editor_error(editor, "there are no two words to change");
    swap_spans(editor, first, second);
    return true;
}

static bool swap_lines(struct editor *editor)
{
    struct text *text = editor_text(editor);
    size_t begin = place_begin(text, editor->window.cursor), above = begin;
    if (!place_previous_line(text, &above))
        return editor_error(editor, "there is no line above");
    swap_spans(editor, (struct span){ place_begin(text, above), begin - 1 },
               (struct span){ begin, place_end(text, begin) });
    text = editor_text(editor);
    size_t end = place_end(text, editor->window.cursor);
    editor_set_cursor(editor, end + 1 < text_size(text) ? end + 1 : end);
    return true;
}

/* Argument: characters, words, lines. */
static bool transpose(struct editor *editor, const struct call *call)
{
    char kind = call->argument[0];
    editor_close_step(editor);
    return kind == 'w' ? swap_words(editor) : kind == 'l' ? swap_lines(editor) : swap_characters(editor);
}

const struct command commands_transpose[] = {
    { "transpose",
      "changes the places of characters, words or lines before and behind the cursor",
      COMMAND_ACTION,
      MODIFIES,
      { .act = transpose },
      0 },
    { 0 },
};
