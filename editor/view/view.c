#include "editor/view/view.h"

#include <string.h>

enum { GUTTER_NEEDS = 30 };

static int gutter_width(const struct editor *editor, int columns)
{
    const struct options *options = &editor->options;
    size_t bottom = editor->window.top + (size_t)1;
    int digits = 3;
    if ((!options->number && !options->relativenumber) || columns < GUTTER_NEEDS)
        return 0;
    size_t last = text_line_of(editor_text(editor), bottom) + editor->window.rows;
    for (size_t limit = 1000; last >= limit && digits < 12; limit *= 10)
        digits++;
    return digits + 1;
}

static void draw_text(struct view *view, struct rows *rows, struct grid *grid, struct cursor *cursor)
{
    struct place at = view->top;
    bool past_end = false;
    cursor->row = 0;
    cursor->column = rows->gutter;
    for (int y = 0; y < rows->height; y++) {
        struct row row = { .past_end = true };
        if (!past_end)
            row = row_read(rows, at, grid, y);
        past_end = row.past_end;
        if (past_end) {
            grid_fill(grid, y, 0, grid->columns, ' ', view->theme.styles[FACE_TEXT]);
            grid_put(grid, y, 0, "~", 1, 1, view->theme.styles[FACE_FILLER]);
            continue;
        }
        if (row.cursor_column >= 0) {
            cursor->row = y;
            cursor->column = rows->gutter + row.cursor_column;
        }
        past_end = !place_is_before(at, row.next);
        at = row.next;
    }
}

static void scroll(struct view *view, struct editor *editor, struct rows *rows)
{
    struct window *window = &editor->window;
    if (view->document != window->document || view->top_told != window->top)
        view->top = (struct place){ window->top, 0 };
    view->document = window->document;
    view->top = rows_follow_cursor(rows, view->top);
    window->top = text_line_begin(editor_text(editor), view->top.offset);
    view->top_told = window->top;
}

/* Without wrapping the cursor's column comes into sight by half a screen at a time. */
static void scroll_aside(struct editor *editor, int width)
{
    struct window *window = &editor->window;
    size_t room = (size_t)(width > 0 ? width : 1);
    if (editor->options.wrap) {
        window->left = 0;
        return;
    }
    size_t column = editor_column(editor, window->cursor);
    if (column < window->left || column >= window->left + room)
        window->left = column > room / 2 ? column - room / 2 : 0;
}

static enum cursor_shape shape_of(const struct editor *editor)
{
    if (editor->pending.operation || editor->mode == MODE_REPLACE)
        return CURSOR_UNDERLINE;
    return editor->mode == MODE_INSERT || editor->prompt.active ? CURSOR_BAR : CURSOR_BLOCK;
}

void view_draw(struct view *view, struct editor *editor, struct grid *grid, struct cursor *cursor)
{
    int status = grid->rows > 1 ? grid->rows - 2 : 0;
    int panel = panel_height(editor, grid->rows);
    struct rows rows = { .editor = editor, .theme = &view->theme, .height = status - panel };
    rows.height = rows.height > 0 ? rows.height : 1;
    rows.gutter = gutter_width(editor, grid->columns);
    view->gutter = rows.gutter;
    rows.width = grid->columns - rows.gutter > 0 ? grid->columns - rows.gutter : 1;
    editor->window.rows = (size_t)rows.height;
    editor->window.columns = (size_t)rows.width;
    *cursor = (struct cursor){ .shape = shape_of(editor) };
    scroll_aside(editor, rows.width);
    scroll(view, editor, &rows);
    draw_text(view, &rows, grid, cursor);
    if (panel > 0)
        panel_draw(&view->theme, editor, grid, status - panel, panel);
    if (grid->rows > 2)
        status_draw(&view->theme, editor, grid, status);
    if (grid->rows > 1)
        message_draw(&view->theme, editor, grid, grid->rows - 1, cursor);
}

size_t view_place_at(const struct view *view, struct editor *editor, int row, int column)
{
    struct rows rows = { .editor = editor, .theme = &view->theme, .height = (int)editor->window.rows };
    rows.width = editor->window.columns > 0 ? (int)editor->window.columns : 1;
    rows.gutter = view->gutter;
    struct place at = view->top;
    for (int y = 0; y < row && y + 1 < rows.height; y++) {
        struct row read = row_read(&rows, at, NULL, 0);
        if (read.past_end || !place_is_before(at, read.next) ||
            read.next.offset >= text_size(editor_text(editor)))
            break;
        at = read.next;
    }
    return row_offset_at(&rows, at, column > rows.gutter ? column - rows.gutter : 0);
}
