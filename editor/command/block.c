/* block.c - regions line by line: the bytes of a block on each of its lines. */
#include "editor/command/editor_inside.h"

size_t region_first_line(const struct editor *editor, const struct region *region)
{
    return place_line(editor_text(editor), region->span.start);
}

size_t region_last_line(const struct editor *editor, const struct region *region)
{
    struct text *text = editor_text(editor);
    size_t last = region->span.end;
    if (region->shape != SHAPE_BLOCK && last > region->span.start)
        last--;
    return place_line(text, last);
}

struct block_row block_row(const struct editor *editor, const struct region *region, size_t line_begin)
{
    struct text *text = editor_text(editor);
    size_t tabstop = (size_t)editor->options.tabstop;
    struct block_row row = { 0 };
    size_t column = 0, at = line_begin, end = place_end(text, line_begin);
    size_t right = region->to_end ? (size_t)-1 : region->right + 1;
    while (at < end) {
        size_t width = place_width(text, at, column, tabstop);
        if (column + width > region->left)
            break;
        column += width;
        at = place_next(text, at);
    }
    row.is_short = at >= end;
    row.span.start = at;
    row.start_column = column;
    row.before = column < region->left && at < end ? region->left - column : 0;
    while (at < end && column < right) {
        column += place_width(text, at, column, tabstop);
        at = place_next(text, at);
    }
    row.span.end = at;
    row.end_column = column;
    row.after = right != (size_t)-1 && column > right ? column - right : 0;
    return row;
}

bool region_on_line(const struct editor *editor, const struct region *region, size_t line, struct span *span)
{
    struct text *text = editor_text(editor);
    size_t end = place_end(text, line), next = end < text_size(text) ? end + 1 : end;
    if (region->shape == SHAPE_BLOCK) {
        if (line < region->span.start || line > region->span.end)
            return false;
        struct block_row row = block_row(editor, region, line);
        *span = row.span;
        return row.span.end > row.span.start;
    }
    span->start = region->span.start > line ? region->span.start : line;
    span->end = region->span.end < next ? region->span.end : next;
    return span->start < span->end;
}
