/* format.c - filling paragraphs: lines joined and broken again at 'textwidth' (79 where that is 0). */
#include "editor/command/editor_inside.h"

#include <stdlib.h>
#include <string.h>

enum { STANDARD_WIDTH = 79 };

static bool is_white_line(const struct text *text, size_t line)
{
    size_t begin = place_line_begin(text, line);
    return place_nonblank(text, begin) == place_end(text, begin);
}

static size_t cells_of(const struct text *text, struct span span)
{
    size_t cells = 0;
    for (size_t at = span.start; at < span.end; at = place_next(text, at))
        cells += place_width(text, at, cells, 8);
    return cells;
}

static bool next_word(const struct text *text, size_t *at, size_t end, struct span *word, size_t *blanks)
{
    *blanks = 0;
    while (*at < end && code_is_blank(place_code(text, *at))) {
        *blanks = text_byte(text, *at) == '\n' ? 1 : *blanks + 1;
        ++*at;
    }
    word->start = *at;
    while (*at < end && !code_is_blank(place_code(text, *at)))
        *at = place_next(text, *at);
    word->end = *at;
    return word->end > word->start;
}

static void append_span(const struct text *text, struct span span, struct bytes *out)
{
    char *bytes = text_copy(text, span);
    bytes_append(out, bytes, span.end - span.start);
    free(bytes);
}

/* One paragraph anew. */
static void fill_paragraph(const struct editor *editor, size_t first, size_t last, size_t width,
                           struct bytes *out)
{
    struct text *text = editor_text(editor);
    size_t at = place_line_begin(text, first), end = place_end(text, place_line_begin(text, last));
    struct span indent = { at, place_nonblank(text, at) }, word;
    size_t column = cells_of(text, indent), blanks;
    append_span(text, indent, out);
    at = indent.end;
    for (bool start = true; next_word(text, &at, end, &word, &blanks); start = false) {
        size_t cells = cells_of(text, word);
        if (!start && column + blanks + cells > width) {
            bytes_append_byte(out, '\n');
            column = 0;
            if (editor->options.autoindent) {
                append_span(text, indent, out);
                column = cells_of(text, indent);
            }
        } else if (!start) {
            column += blanks;
            for (; blanks > 0; blanks--)
                bytes_append_byte(out, ' ');
        }
        append_span(text, word, out);
        column += cells;
    }
    bytes_append_byte(out, '\n');
}

/* Argument: stay (the cursor does not move). */
static bool format_region(struct editor *editor, const struct call *call, const struct region *region)
{
    size_t first = region_first_line(editor, region), last = region_last_line(editor, region),
           cursor = region->cursor;
    size_t width = editor->options.textwidth > 0 ? (size_t)editor->options.textwidth : STANDARD_WIDTH;
    struct text *text = editor_text(editor);
    struct bytes out = { 0 };
    for (size_t line = first; line <= last; line++) {
        if (is_white_line(text, line)) {
            bytes_append_byte(&out, '\n');
            continue;
        }
        size_t end = line;
        while (end < last && !is_white_line(text, end + 1))
            end++;
        fill_paragraph(editor, line, end, width, &out);
        line = end;
    }
    struct region lines = region_of_lines(editor, first, last);
    char *old = text_copy(text, lines.span);
    bool same = out.size == lines.span.end - lines.span.start && !memcmp(old, out.data, out.size);
    free(old);
    if (!same)
        editor_replace(editor, lines.span, out.data ? out.data : "", out.size);
    text = editor_text(editor);
    size_t behind = lines.span.start + (out.size ? out.size - 1 : 0);
    mark_changed(editor, lines.span.start, behind);
    editor_set_cursor(editor,
                      call->argument[0] == 's' ? cursor : place_nonblank(text, place_begin(text, behind)));
    bytes_free(&out);
    return true;
}

const struct command commands_format[] = {
    { "operator-format",
      "fills paragraphs; `stay`: the cursor does not move",
      COMMAND_OPERATOR,
      REPEATABLE | MODIFIES | OPERATOR_ON_LINES,
      { .operate = format_region },
      0 },
    { 0 },
};
