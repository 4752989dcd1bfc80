#include "editor/view/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MATCH_LIMIT = 64 };

/* What is laid over the text of one row. */
struct paint {
    struct grid *grid; /* NULL: only measured */
    int y;
    struct span selected;
    struct span matches[MATCH_LIMIT];
    size_t match_count;
};

static const struct text *text_of(const struct rows *rows)
{
    return editor_text(rows->editor);
}

static struct span line_of(struct rows *rows, size_t offset)
{
    if (rows->line.end == 0 || offset < rows->line.start || offset > rows->line.end)
        rows->line =
            (struct span){ text_line_begin(text_of(rows), offset), text_line_end(text_of(rows), offset) };
    return rows->line;
}

static bool line_begins_at(struct rows *rows, struct place place)
{
    return place.inside == 0 && line_of(rows, place.offset).start == place.offset;
}

static struct style style_of(struct rows *rows, const struct paint *paint, const struct item *item)
{
    const struct style *styles = rows->theme->styles;
    struct style style = styles[item->face];
    struct style over = { 0 };
    bool in_text = item->span.start < item->span.end;
    for (size_t i = 0; in_text && i < paint->match_count; i++)
        if (item->span.start < paint->matches[i].end && item->span.end > paint->matches[i].start)
            over = styles[FACE_MATCH];
    if (in_text && item->span.start < paint->selected.end && item->span.end > paint->selected.start)
        over = styles[FACE_SELECTION];
    style.attributes |= item->attributes | over.attributes;
    style.foreground = over.foreground ? over.foreground : style.foreground;
    style.background = over.background ? over.background : style.background;
    return style;
}

static void draw_item(struct rows *rows, const struct paint *paint, const struct item *item, int column)
{
    struct style style = style_of(rows, paint, item);
    int x = rows->gutter + column;
    if (item->line_end) {
        if (item->span.start < paint->selected.end && item->span.end > paint->selected.start &&
            column < rows->width)
            grid_put(paint->grid, paint->y, x, " ", 1, 1, style);
    } else if (!item->bytes) {
        for (int i = column < 0 ? -column : 0; i < item->width && column + i < rows->width; i++)
            grid_put(paint->grid, paint->y, x + i, " ", 1, 1, style);
    } else if (item->face == FACE_CONTROL || (item->width > 2 && item->size >= (size_t)item->width)) {
        for (int i = column < 0 ? -column : 0; i < item->width && column + i < rows->width; i++)
            grid_put(paint->grid, paint->y, x + i, item->bytes + i, 1, 1, style);
    } else if (item->size == 4 && memcmp(item->bytes, "··", 4) == 0) {
        grid_put(paint->grid, paint->y, x, item->bytes, 2, 1, style);
        grid_put(paint->grid, paint->y, x + 1, item->bytes, 2, 1, style);
    } else if (column >= 0 && column + item->width <= rows->width) {
        grid_put(paint->grid, paint->y, x, item->bytes, item->size, item->width, style);
    }
}

static void draw_number(struct rows *rows, struct grid *grid, int y, struct place start)
{
    const struct text *text = text_of(rows);
    const struct options *options = &rows->editor->options;
    char number[32];
    if (rows->gutter == 0 || !line_begins_at(rows, start))
        return;
    size_t line = text_line_of(text, start.offset), current = text_line_of(text, rows->editor->window.cursor);
    size_t away = line > current ? line - current : current - line;
    size_t shown = options->relativenumber && (away || !options->number) ? away : line + 1;
    snprintf(number, sizeof number, "%*zu ", rows->gutter - 1, shown);
    grid_write(grid, y, 0, rows->gutter, number, rows->theme->styles[FACE_LINE_NUMBER]);
}

/* What the selection and the search cover of the line that a row belongs to. */
static void prepare_paint(struct rows *rows, struct place start, struct paint *paint)
{
    struct region region;
    size_t line = line_of(rows, start.offset).start, end = line_of(rows, start.offset).end;
    if (editor_selection(rows->editor, &region))
        if (!region_on_line(rows->editor, &region, line, &paint->selected))
            paint->selected = (struct span){ 0 };
    if (end - start.offset > ROW_ANCHOR)
        end = start.offset + ROW_ANCHOR;
    paint->match_count =
        editor_highlights(rows->editor, (struct span){ line, end }, paint->matches, MATCH_LIMIT);
}

static bool is_cursor(struct rows *rows, const struct item *item)
{
    size_t cursor = rows->editor->window.cursor;
    if (!item->cursor_here)
        return false;
    return cursor == item->span.start || (cursor > item->span.start && cursor < item->span.end);
}

/* Where the next forced end of a row is in a long line. */
static size_t next_anchor(struct rows *rows, size_t offset)
{
    size_t begin = line_of(rows, offset).start;
    if (line_of(rows, offset).end - begin <= ROW_ANCHOR)
        return (size_t)-1;
    return text_cluster_start(text_of(rows), begin + ((offset - begin) / ROW_ANCHOR + 1) * ROW_ANCHOR);
}

/* Draws or measures the plain characters at a place, at most up to the row's end; returns how many. */
static int read_plain(struct rows *rows, struct flow *flow, const struct paint *paint, int column,
                      struct row *row, size_t anchor)
{
    size_t cursor = rows->editor->window.cursor, offset = flow->place.offset;
    int most = rows->width - column;
    const char *bytes;
    if (column < 0 || paint->match_count || paint->selected.end > paint->selected.start)
        return 0;
    if (anchor - offset < (size_t)(most > 0 ? most : 0))
        most = (int)(anchor - offset);
    int count = flow_plain(flow, most, &bytes);
    if (cursor >= offset && cursor < offset + (size_t)count && row->cursor_column < 0)
        row->cursor_column = column + (int)(cursor - offset);
    if (paint->grid)
        grid_put_plain(paint->grid, paint->y, rows->gutter + column, bytes, count,
                       rows->theme->styles[FACE_TEXT]);
    row->next = flow->place;
    return count;
}

struct row row_read(struct rows *rows, struct place start, struct grid *grid, int y)
{
    const bool wrap = rows->editor->options.wrap;
    struct row row = { .start = start, .next = start, .cursor_column = -1, .past_end = true };
    struct paint paint = { .grid = grid, .y = y };
    struct flow flow;
    struct item item;
    int column = wrap ? 0 : -(int)rows->editor->window.left;
    size_t anchor = wrap ? next_anchor(rows, start.offset) : (size_t)-1;
    flow_begin(&flow, rows->editor, start);
    row.line_begins = line_begins_at(rows, start);
    while (flow_next(&flow, wrap ? column : column + (int)rows->editor->window.left, &item)) {
        if (row.past_end && grid) {
            prepare_paint(rows, start, &paint);
            draw_number(rows, grid, y, start);
        }
        if (item.width > rows->width)
            item.width = rows->width;
        bool full = wrap && !item.line_end && column > 0 && column + item.width > rows->width;
        bool cut = wrap && !row.past_end && row.next.offset >= anchor && !item.line_end;
        row.past_end = false;
        if (full || cut)
            return row;
        if (is_cursor(rows, &item) && row.cursor_column < 0)
            row.cursor_column = column < 0 ? 0 : column < rows->width ? column : rows->width - 1;
        if (grid)
            draw_item(rows, &paint, &item, column);
        column += item.width;
        row.next = flow.place;
        if (item.line_end)
            return row;
        if (!wrap && column > rows->width + 2 && !flow.hole) {
            row.next = (struct place){ line_of(rows, flow.place.offset).end + 1, 0 };
            return row;
        }
        column += read_plain(rows, &flow, &paint, column, &row, anchor);
    }
    return row;
}

size_t row_offset_at(struct rows *rows, struct place start, int column)
{
    const struct row row = row_read(rows, start, NULL, 0);
    int at = 0, left = rows->editor->options.wrap ? 0 : (int)rows->editor->window.left;
    size_t offset = start.offset;
    struct flow flow;
    struct item item;
    flow_begin(&flow, rows->editor, start);
    while (place_is_before(flow.place, row.next) && at <= column + left && flow_next(&flow, at, &item)) {
        offset = item.span.start;
        at += item.width;
        if (item.line_end)
            break;
    }
    return offset;
}

/* Where the walk to a place begins: its line, or the last forced end of a row before it. */
static struct place walk_start(struct rows *rows, size_t offset)
{
    size_t begin = line_of(rows, offset).start;
    const struct hole *hole;
    if (offset - begin > ROW_ANCHOR && rows->editor->options.wrap)
        begin = text_cluster_start(text_of(rows), begin + (offset - begin) / ROW_ANCHOR * ROW_ANCHOR);
    for (size_t i = 0; (hole = fill_hole_at(rows->editor, rows->editor->window.document, i)); i++)
        if (hole_shown(hole) && hole->span.start < begin && hole->span.end > begin)
            return walk_start(rows, hole->span.start);
    return (struct place){ begin, 0 };
}

struct place row_containing(struct rows *rows, struct place place)
{
    size_t size = text_size(text_of(rows));
    if (place.offset >= size)
        place = (struct place){ size ? size - 1 : 0, 0 };
    struct place at = walk_start(rows, place.offset);
    for (;;) {
        struct row row = row_read(rows, at, NULL, 0);
        if (row.past_end || place_is_before(place, row.next) || !place_is_before(at, row.next))
            return at;
        at = row.next;
    }
}

struct place row_back(struct rows *rows, struct place start, int count)
{
    struct place *starts = malloc((size_t)(count > 0 ? count : 1) * sizeof *starts);
    if (!starts)
        abort();
    while (count > 0 && start.offset > 0) {
        struct place at = walk_start(rows, start.inside ? start.offset : start.offset - 1);
        int found = 0, first;
        while (place_is_before(at, start)) {
            struct row row = row_read(rows, at, NULL, 0);
            starts[found++ % count] = at;
            if (row.past_end || !place_is_before(at, row.next))
                break;
            at = row.next;
        }
        if (found == 0)
            break;
        first = found > count ? found % count : 0;
        start = starts[first];
        count -= found > count ? count : found;
    }
    free(starts);
    return start;
}

static bool shows_cursor(struct rows *rows, struct place top, int height)
{
    for (int y = 0; y < height; y++) {
        struct row row = row_read(rows, top, NULL, 0);
        if (row.cursor_column >= 0)
            return true;
        if (row.past_end || !place_is_before(top, row.next))
            return false;
        top = row.next;
    }
    return false;
}

/* Where the cursor is shown: in a hole, on the first item behind its bracket, or in its dots. */
static struct place cursor_place(struct rows *rows)
{
    size_t cursor = rows->editor->window.cursor;
    const struct hole *hole;
    for (size_t i = 0; (hole = fill_hole_at(rows->editor, rows->editor->window.document, i)); i++)
        if (cursor == hole->span.start ||
            (cursor > hole->span.start && cursor < hole->span.end && hole_shown(hole)))
            return (struct place){ hole->span.start, 1 };
    return (struct place){ cursor, 0 };
}

struct place rows_follow_cursor(struct rows *rows, struct place top)
{
    struct place cursor = row_containing(rows, cursor_place(rows));
    top = row_containing(rows, top);
    if (shows_cursor(rows, top, rows->height))
        return top;
    struct place near = row_back(rows, cursor, rows->height / 2);
    if (place_is_before(cursor, top)) {
        struct place reach = row_back(rows, top, rows->height / 2);
        return place_is_before(cursor, reach) ? near : cursor;
    }
    struct place bottom = row_back(rows, cursor, rows->height - 1);
    struct place reach = row_back(rows, bottom, rows->height / 2);
    return place_is_before(top, reach) ? near : bottom;
}
