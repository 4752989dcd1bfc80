/* change.c - taking a region out of the text, and what is kept of it. */
#include "editor/command/editor_inside.h"

#include <stdlib.h>
#include <string.h>

static void append_cells(struct bytes *out, size_t count)
{
    for (; count > 0; count--)
        bytes_append_byte(out, ' ');
}

/* One row of a block: its characters, blanks for the parts of cut ones and for a line that ends before it. */
static void append_row(struct editor *editor, const struct region *region, const struct block_row *row,
                       struct bytes *out)
{
    struct text *text = editor_text(editor);
    size_t tabstop = (size_t)editor->options.tabstop;
    struct span span = row->span;
    if (row->is_short) {
        if (!region->to_end && row->start_column < region->left)
            append_cells(out, region->right - region->left + 1);
        return;
    }
    size_t width = region->right - region->left + 1, column = row->start_column;
    if (row->before) {
        size_t cells = place_width(text, span.start, column, tabstop);
        size_t inside = cells - row->before;
        append_cells(out, !region->to_end && inside > width ? width : inside);
        span.start = place_next(text, span.start);
    }
    size_t end = span.end;
    if (row->after && end > span.start)
        end = place_previous(text, end);
    if (end > span.start) {
        char *copy = text_copy(text, (struct span){ span.start, end });
        bytes_append(out, copy, end - span.start);
        free(copy);
    }
    if (row->after && span.end > span.start) {
        size_t begins = place_column(text, end, tabstop);
        append_cells(out, region->right + 1 > begins ? region->right + 1 - begins : 0);
    }
}

void region_yank(struct editor *editor, const struct region *region, struct yank *yank)
{
    struct text *text = editor_text(editor);
    struct bytes bytes = { 0 };
    *yank = (struct yank){ .shape = region->shape };
    if (region->shape != SHAPE_BLOCK) {
        size_t end = region->span.end < text_size(text) ? region->span.end : text_size(text);
        yank->size = region->span.start < end ? end - region->span.start : 0;
        yank->bytes = text_copy(text, region->span);
        if (region->shape == SHAPE_LINES && (yank->size == 0 || yank->bytes[yank->size - 1] != '\n')) {
            bytes_append(&bytes, yank->bytes, yank->size);
            bytes_append_byte(&bytes, '\n');
            free(yank->bytes);
            yank->size = bytes.size;
            yank->bytes = bytes_take(&bytes);
        }
        return;
    }
    size_t line = region->span.start, width = 0;
    for (bool first = true, more = true; more && line <= region->span.end; first = false) {
        if (!first)
            bytes_append_byte(&bytes, '\n');
        struct block_row row = block_row(editor, region, line);
        append_row(editor, region, &row, &bytes);
        size_t cells = row.end_column > region->left ? row.end_column - region->left : 0;
        width = cells > width ? cells : width;
        more = place_next_line(text, &line);
    }
    yank->width = region->to_end ? width : region->right - region->left + 1;
    yank->size = bytes.size;
    yank->bytes = bytes_take(&bytes);
}

static void delete_row(struct editor *editor, const struct region *region, size_t line)
{
    struct block_row row = block_row(editor, region, line);
    struct bytes blanks = { 0 };
    if (row.is_short)
        return;
    append_cells(&blanks, row.before + row.after);
    editor_replace(editor, row.span, blanks.data ? blanks.data : "", blanks.size);
    bytes_free(&blanks);
}

void region_delete(struct editor *editor, const struct region *region)
{
    if (region->shape != SHAPE_BLOCK) {
        editor_replace(editor, region->span, "", 0);
        return;
    }
    size_t first = region_first_line(editor, region), last = region_last_line(editor, region);
    for (size_t line = last + 1; line-- > first;)
        delete_row(editor, region, place_line_begin(editor_text(editor), line));
}

/* Deletes into registers. */
static void take_region(struct editor *editor, const struct call *call, const struct region *region)
{
    struct yank yank;
    if (call->reg != '_') {
        region_yank(editor, region, &yank);
        if (yank.size || region->shape == SHAPE_LINES)
            register_delete(&editor->registers, call->reg, &yank, region->numbered);
        free(yank.bytes);
    }
    region_delete(editor, region);
}

static bool is_empty_region(const struct region *region)
{
    return region->shape != SHAPE_LINES && region->span.start == region->span.end;
}

static bool delete_region(struct editor *editor, const struct call *call, const struct region *region)
{
    if (is_empty_region(region) || text_size(editor_text(editor)) == 0)
        return true;
    size_t line = region_first_line(editor, region);
    take_region(editor, call, region);
    struct text *text = editor_text(editor);
    if (region->shape == SHAPE_LINES) {
        size_t lines = place_lines(text);
        size_t begin = place_line_begin(text, line < lines ? line : lines - 1);
        size_t cursor =
            editor->options.startofline ? place_nonblank(text, begin) : place_wanted(editor, begin);
        editor_set_cursor(editor, cursor);
        mark_changed(editor, begin, begin);
        return true;
    }
    size_t cursor = region->shape == SHAPE_BLOCK ? region->cursor : region->span.start;
    if (region->shape == SHAPE_BLOCK)
        cursor = place_at_column(text, place_line_begin(text, line), region->left,
                                 (size_t)editor->options.tabstop, true, 0);
    editor_set_cursor(editor, cursor);
    mark_changed(editor, cursor, cursor);
    return true;
}

/* The corners of a block. */
static void mark_block(struct editor *editor, const struct region *region)
{
    struct text *text = editor_text(editor);
    size_t tabstop = (size_t)editor->options.tabstop;
    size_t first = region_first_line(editor, region), last = region_last_line(editor, region);
    mark_changed(editor,
                 place_at_column(text, place_line_begin(text, first), region->left, tabstop, false, 0),
                 place_at_column(text, place_line_begin(text, last), region->right, tabstop, false, 0));
}

static bool yank_region(struct editor *editor, const struct call *call, const struct region *region)
{
    struct yank yank;
    if (call->reg != '_') {
        region_yank(editor, region, &yank);
        register_yank(&editor->registers, call->reg, &yank);
        free(yank.bytes);
    }
    size_t last = region->span.end > region->span.start ? region->span.end - 1 : region->span.start;
    if (region->exclusive)
        last = region->span.end;
    if (region->shape == SHAPE_BLOCK)
        mark_block(editor, region);
    else
        mark_changed(editor, region->span.start, place_snap(editor_text(editor), last));
    editor->window.cursor = region->cursor;
    if (region->shape != SHAPE_LINES || region->selected)
        editor_set_cursor(editor, region->cursor);
    return true;
}

/* Lines become one empty line that keeps the indent if the options say so. */
static void change_lines(struct editor *editor, const struct call *call, const struct region *region)
{
    struct yank yank;
    if (call->reg != '_') {
        region_yank(editor, region, &yank);
        register_delete(&editor->registers, call->reg, &yank, true);
        free(yank.bytes);
    }
    struct text *text = editor_text(editor);
    size_t start = region->span.start, end = region->span.end;
    if (end > start && text_byte(text, end - 1) == '\n')
        end--;
    if (editor->options.autoindent)
        start = place_nonblank(text, start);
    editor_replace(editor, (struct span){ start, end > start ? end : start }, "", 0);
    editor_set_cursor(editor, start);
}

static void change_block(struct editor *editor, const struct call *call, const struct region *region)
{
    struct editor_inside *inside = editor->inside;
    size_t tabstop = (size_t)editor->options.tabstop;
    size_t first = region_first_line(editor, region), last = region_last_line(editor, region);
    take_region(editor, call, region);
    struct text *text = editor_text(editor);
    size_t at = place_at_column(text, place_line_begin(text, first), region->left, tabstop, true, 0);
    editor_set_cursor(editor, at);
    insertion_begin(editor, 1, false);
    size_t begin = place_line_begin(text, first);
    inside->insertion.block = (struct block_insertion){ .active = true,
                                                        .first = first,
                                                        .last = last,
                                                        .column = region->left,
                                                        .left = region->left,
                                                        .line_size = place_end(text, begin) - begin,
                                                        .at = at - begin,
                                                        .stays = true };
}

static bool change_region(struct editor *editor, const struct call *call, const struct region *region)
{
    if (region->shape == SHAPE_BLOCK) {
        change_block(editor, call, region);
        return true;
    }
    if (region->shape == SHAPE_LINES) {
        change_lines(editor, call, region);
    } else {
        if (!is_empty_region(region))
            take_region(editor, call, region);
        editor_set_cursor(editor, region->span.start);
    }
    insertion_begin(editor, 1, false);
    return true;
}

enum { CHANGES = REPEATABLE | MODIFIES };

const struct command commands_change[] = {
    { "operator-delete",
      "deletes",
      COMMAND_OPERATOR,
      CHANGES | OPERATOR_DELETES,
      { .operate = delete_region },
      0 },
    { "operator-yank", "copies", COMMAND_OPERATOR, 0, { .operate = yank_region }, 0 },
    { "operator-change",
      "deletes and begins to insert",
      COMMAND_OPERATOR,
      CHANGES | OPERATOR_CHANGES | OPERATOR_ENTERS,
      { .operate = change_region },
      0 },
    { 0 },
};
