/* put.c - registers into the text. */
#include "editor/command/editor_inside.h"
#include "editor/text/utf8.h"

#include <stdlib.h>
#include <string.h>

enum { PUT_LIMIT = 1 << 26 };

static size_t clip_count(size_t size, size_t count)
{
    return size && count > PUT_LIMIT / size ? PUT_LIMIT / size + 1 : count;
}

static void repeat_bytes(struct bytes *out, const struct yank *yank, size_t count, bool end_lines)
{
    for (count = clip_count(yank->size, count); count > 0; count--) {
        bytes_append(out, yank->bytes, yank->size);
        if (end_lines && (yank->size == 0 || yank->bytes[yank->size - 1] != '\n'))
            bytes_append_byte(out, '\n');
    }
}

static void put_lines(struct editor *editor, const struct yank *yank, size_t count, bool before, bool behind)
{
    document_ensure_line(editor_document(editor));
    struct text *text = editor_text(editor);
    struct bytes bytes = { 0 };
    repeat_bytes(&bytes, yank, count, true);
    size_t at = place_begin(text, editor->window.cursor);
    if (!before) {
        at = place_end(text, at);
        at = at < text_size(text) ? at + 1 : at;
    }
    editor_replace(editor, (struct span){ at, at }, bytes.data, bytes.size);
    text = editor_text(editor);
    mark_changed(editor, at, place_last(text, at + bytes.size - 1));
    editor_set_cursor(editor, behind ? at + bytes.size : place_nonblank(text, at));
    if (behind && editor->window.cursor >= text_size(text))
        editor_set_cursor(editor, place_begin(text, text_size(text) - 1));
    bytes_free(&bytes);
}

static void put_characters(struct editor *editor, const struct yank *yank, size_t count, bool before,
                           bool behind)
{
    struct text *text = editor_text(editor);
    size_t at = editor->window.cursor;
    if (!before && at < place_end(text, at))
        at = place_next(text, at);
    struct bytes bytes = { 0 };
    repeat_bytes(&bytes, yank, count, false);
    bool lines = bytes.size && memchr(bytes.data, '\n', bytes.size);
    editor_replace(editor, (struct span){ at, at }, bytes.data ? bytes.data : "", bytes.size);
    text = editor_text(editor);
    size_t last = bytes.size ? place_previous(text, at + bytes.size) : at;
    mark_changed(editor, at, last);
    editor_set_cursor(editor, behind ? at + bytes.size : lines ? at : last);
    bytes_free(&bytes);
}

/* One row of a block into a line, repeated side by side. */
static void put_row(struct editor *editor, size_t line, size_t column, const char *row, size_t size,
                    size_t width, size_t count)
{
    struct text *text = editor_text(editor);
    size_t tabstop = (size_t)editor->options.tabstop, begin = place_line_begin(text, line), begins;
    size_t at = place_at_column(text, begin, column, tabstop, true, &begins), end = place_end(text, begin);
    size_t cells = 0;
    for (size_t i = 0, step; i < size; i += step) {
        step = cluster_size(row + i, size - i);
        step = step ? step : 1;
        int wide = cluster_width(row + i, step);
        cells += wide > 0 ? (size_t)wide : 1;
    }
    struct bytes bytes = { 0 };
    size_t cut = at < end && begins < column ? column - begins : 0, after = 0;
    for (size_t i = begins; i < column; i++)
        bytes_append_byte(&bytes, ' ');
    struct span span = { at, at };
    if (cut && text_byte(text, at) == '\t') {
        after = place_width(text, at, begins, tabstop) - cut;
        span.end = at + 1;
    }
    for (size_t i = 0; i < count && bytes.size < PUT_LIMIT; i++) {
        bytes_append(&bytes, row, size);
        bool last = i + 1 == count && span.end >= end && !after;
        for (size_t pad = cells; pad < width && !last; pad++)
            bytes_append_byte(&bytes, ' ');
    }
    for (; after > 0; after--)
        bytes_append_byte(&bytes, ' ');
    editor_replace(editor, span, bytes.data ? bytes.data : "", bytes.size);
    bytes_free(&bytes);
}

static void put_block(struct editor *editor, const struct yank *yank, size_t count, bool before, bool behind)
{
    document_ensure_line(editor_document(editor));
    struct text *text = editor_text(editor);
    size_t tabstop = (size_t)editor->options.tabstop, cursor = editor->window.cursor;
    size_t first = place_line(text, cursor), column = place_column(text, cursor, tabstop);
    if (!before && cursor < place_end(text, cursor))
        column += place_width(text, cursor, column, tabstop);
    const char *row = yank->bytes, *end = yank->bytes + yank->size;
    size_t line = first;
    count = clip_count(yank->width ? yank->width : 1, count);
    for (;; line++) {
        const char *feed = memchr(row, '\n', (size_t)(end - row));
        if (line >= place_lines(editor_text(editor))) {
            size_t size = text_size(editor_text(editor));
            editor_replace(editor, (struct span){ size, size }, "\n", 1);
        }
        put_row(editor, line, column, row, (size_t)((feed ? feed : end) - row), yank->width, count);
        if (!feed)
            break;
        row = feed + 1;
    }
    text = editor_text(editor);
    size_t top = place_at_column(text, place_line_begin(text, first), column, tabstop, true, 0);
    size_t right = column + yank->width * count;
    size_t bottom =
        place_at_column(text, place_line_begin(text, line), right ? right - 1 : 0, tabstop, false, 0);
    mark_changed(editor, top, bottom);
    if (behind) {
        bottom = place_at_column(text, place_line_begin(text, line), right, tabstop, true, 0);
        editor_set_cursor(editor, bottom);
    } else {
        editor_set_cursor(editor, top);
    }
}

bool text_put(struct editor *editor, const struct yank *yank, size_t count, bool before, bool cursor_behind)
{
    if (yank->shape == SHAPE_LINES)
        put_lines(editor, yank, count, before, cursor_behind);
    else if (yank->shape == SHAPE_BLOCK)
        put_block(editor, yank, count, before, cursor_behind);
    else
        put_characters(editor, yank, count, before, cursor_behind);
    return true;
}

static bool read_or_say(struct editor *editor, uint32_t name, struct yank *yank)
{
    if (register_read(editor, name, yank))
        return true;
    mark_changed(editor, editor->window.cursor, editor->window.cursor);
    char shown = name > 32 && name < 127 ? (char)name : '"';
    return editor_error(editor, "register %c is empty", shown);
}

/* Shifts lines until the first that is not empty has an indent. */
static void shift_lines(struct editor *editor, size_t first, size_t count, size_t width)
{
    bool known = false;
    long shift = 0;
    for (size_t line = first; line < first + count; line++) {
        size_t begin = place_line_begin(editor_text(editor), line);
        if (place_is_empty_line(editor_text(editor), begin))
            continue;
        if (!known)
            shift = (long)width - (long)indent_width(editor, begin);
        known = true;
        long now = (long)indent_width(editor, begin) + shift;
        indent_set(editor, begin, now > 0 ? (size_t)now : 0);
    }
}

/* Of characters the first line is part of another. */
static void indent_put(struct editor *editor, enum shape shape, size_t width, size_t added)
{
    size_t line = document_mark(editor_document(editor), '[')->line;
    shift_lines(editor, line + (shape != SHAPE_LINES), added, width);
    struct text *text = editor_text(editor);
    if (shape == SHAPE_LINES)
        editor_set_cursor(editor, place_nonblank(text, place_line_begin(text, line)));
}

/* Arguments: before, behind (the cursor goes behind what was put), indent (as the line is). */
static bool put(struct editor *editor, const struct call *call)
{
    struct yank yank;
    if (!read_or_say(editor, call->reg, &yank))
        return false;
    bool before = strstr(call->argument, "before"), behind = strstr(call->argument, "behind");
    bool indent = strstr(call->argument, "indent") && yank.shape != SHAPE_BLOCK;
    struct text *text = editor_text(editor);
    size_t width = indent_width(editor, place_begin(text, editor->window.cursor)), lines = place_lines(text);
    size_t size = text_size(text);
    text_put(editor, &yank, call->count, before, behind);
    if (before && behind) {
        size_t end = editor->window.cursor, put_size = text_size(editor_text(editor)) - size;
        editor->inside->yanked.version = editor_document(editor)->version;
        editor->inside->yanked.span = (struct span){ end > put_size ? end - put_size : 0, end };
        editor->inside->yanked.turn = 1;
    }
    if (indent)
        indent_put(editor, yank.shape, width, place_lines(editor_text(editor)) - lines);
    free(yank.bytes);
    return true;
}

/* Characters that replace a block go to each of its lines. */
static void put_on_rows(struct editor *editor, const struct yank *yank, const struct region *region,
                        size_t count)
{
    size_t first = place_line(editor_text(editor), editor->window.cursor), cursor = editor->window.cursor;
    count = clip_count(yank->size, count);
    for (size_t line = first; line <= editor->inside->block_last; line++) {
        size_t begin = place_line_begin(editor_text(editor), line);
        struct block_row row = block_row(editor, region, begin);
        if (row.is_short && row.start_column < region->left)
            continue;
        put_row(editor, line, region->left, yank->bytes, yank->size, 0, count);
    }
    editor_set_cursor(editor, cursor);
}

/* What replaces a selection takes its shape: lines stay lines, and lines put among characters split their
 * line. */
static void put_over(struct editor *editor, struct yank *yank, const struct region *region, size_t count,
                     const char *argument, bool at_text_end)
{
    bool behind = strstr(argument, "behind");
    if (region->shape == SHAPE_BLOCK && yank->shape == SHAPE_CHARACTERS &&
        !memchr(yank->bytes, '\n', yank->size)) {
        put_on_rows(editor, yank, region, count);
    } else if (region->shape == SHAPE_BLOCK && yank->shape == SHAPE_LINES) {
        struct text *text = editor_text(editor);
        size_t cursor = editor->window.cursor;
        bool above = strstr(argument, "above"),
             at_end = cursor > place_begin(text, cursor) && cursor == place_end(text, cursor);
        if (!above)
            editor->window.cursor = place_line_begin(text, editor->inside->block_last);
        text_put(editor, yank, count, above && !at_end, behind);
    } else if (region->shape == SHAPE_LINES) {
        yank->shape = SHAPE_LINES;
        text_put(editor, yank, count, !at_text_end, behind);
    } else if (yank->shape == SHAPE_LINES && region->shape == SHAPE_CHARACTERS) {
        editor_replace(editor, (struct span){ editor->window.cursor, editor->window.cursor }, "\n", 1);
        text_put(editor, yank, count, false, behind);
    } else {
        text_put(editor, yank, count, true, behind);
    }
}

/* Argument: keep (the registers stay), behind. */
static bool put_region(struct editor *editor, const struct call *call, const struct region *region)
{
    struct yank yank, old;
    bool found = read_or_say(editor, call->reg, &yank);
    size_t line = region_first_line(editor, region);
    editor->inside->block_last = region_last_line(editor, region);
    if (!strstr(call->argument, "keep")) {
        region_yank(editor, region, &old);
        register_delete(&editor->registers, 0, &old, region->numbered);
        free(old.bytes);
    }
    region_delete(editor, region);
    if (!found)
        return false;
    struct text *text = editor_text(editor);
    bool all = text_size(text) == 0,
         at_end = !all && region->shape == SHAPE_LINES && line >= place_lines(text);
    size_t cursor = region->span.start < text_size(text) ? region->span.start : text_size(text);
    if (region->shape == SHAPE_BLOCK)
        cursor = place_at_column(text, place_line_begin(text, line), region->left,
                                 (size_t)editor->options.tabstop, true, 0);
    if (at_end)
        cursor = place_line_begin(text, place_lines(text) - 1);
    editor->window.cursor = cursor;
    size_t width = indent_width(editor, place_begin(text, cursor)), lines = place_lines(text);
    put_over(editor, &yank, region, call->count, call->argument, at_end);
    if (strstr(call->argument, "indent") && region->shape == SHAPE_LINES && !all)
        indent_put(editor, SHAPE_LINES, width, place_lines(editor_text(editor)) - lines);
    text = editor_text(editor);
    if (all && yank.shape == SHAPE_LINES && region->shape == SHAPE_LINES && text_size(text) > 1) {
        size_t size = text_size(text);
        editor_replace(editor, (struct span){ size - 1, size }, "", 0);
    }
    struct document *document = editor_document(editor);
    *document_mark(document, '<') = *document_mark(document, '[');
    *document_mark(document, '>') = *document_mark(document, ']');
    free(yank.bytes);
    return true;
}

const struct command commands_put[] = {
    { "put",
      "puts a register behind the cursor; `before`, `behind`, `indent`",
      COMMAND_ACTION,
      REPEATABLE | MODIFIES,
      { .act = put },
      0 },
    { "operator-put",
      "replaces the selection by a register; `keep`, `behind`",
      COMMAND_OPERATOR,
      REPEATABLE | MODIFIES,
      { .operate = put_region },
      0 },
    { 0 },
};
