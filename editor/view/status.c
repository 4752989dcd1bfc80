#include "editor/view/view.h"

#include <stdio.h>
#include <string.h>

enum { CELL_BYTES = 16 };

enum { BAR_WIDTH = 20, NARROW = 40, COLUMN_LIMIT = 1 << 16, LEAST_ROOM = 12 };

static const char *name_of(const struct document *document)
{
    return document->path ? document->path : "[no name]";
}

/* The name's end where all of it does not fit: that is where names differ. */
static const char *shorten(const char *name, size_t most)
{
    size_t size = strlen(name);
    const char *at = size > most ? name + size - most : name;
    while ((*at & 0xc0) == 0x80)
        at++;
    return at;
}

static void describe_progress(int step, int steps, struct bytes *out)
{
    if (step == 0) {
        bytes_append_text(out, "waiting for the model");
        return;
    }
    bytes_format(out, "step %d/%d ", step, steps);
    for (int i = 0; i < BAR_WIDTH; i++)
        bytes_append_text(out, i * steps < step * BAR_WIDTH ? "━" : "─");
}

static void describe_left(const struct editor *editor, int columns, struct bytes *out)
{
    const struct document *document = editor_document(editor);
    size_t line = text_line_of(editor_text(editor), editor->window.cursor) + 1;
    size_t bytes = editor->window.cursor - text_line_begin(editor_text(editor), editor->window.cursor);
    size_t column = bytes < COLUMN_LIMIT ? editor_column(editor, editor->window.cursor) + 1 : bytes + 1;
    bytes_format(out, "  %s%s%s  %zu:%zu",
                 shorten(name_of(document), (size_t)(columns > 60 ? columns / 2 : columns / 3)),
                 document_is_modified(document) ? " +" : "", document->readonly ? " [read-only]" : "", line,
                 column);
    if (editor->recording)
        bytes_format(out, "  recording @%c", (char)editor->recording);
}

static int width_of(const struct bytes *text)
{
    int width = 0;
    for (size_t at = 0; at < text->size;) {
        size_t size = cluster_size(text->data + at, text->size - at);
        width += cluster_width(text->data + at, size);
        at += size;
    }
    return width;
}

/* While a fill runs and nobody types, the line is about the fill. */
static bool draw_filling(const struct theme *theme, const struct editor *editor, struct grid *grid, int y,
                         int step, int steps)
{
    if (steps == 0 || editor->mode != MODE_NORMAL)
        return false;
    struct bytes text = { 0 };
    int used = grid_write(grid, y, 0, grid->columns, " FILL ", theme->styles[FACE_MODE]);
    bytes_append_text(&text, " ");
    describe_progress(step, steps, &text);
    bytes_append_text(&text, "  Esc cancel");
    grid_write(grid, y, used, grid->columns - used, text.data, theme->styles[FACE_STATUS]);
    bytes_free(&text);
    return true;
}

void status_draw(const struct theme *theme, struct editor *editor, struct grid *grid, int y)
{
    struct style style = theme->styles[FACE_STATUS];
    struct bytes left = { 0 }, middle = { 0 }, right = { 0 };
    int step, steps;
    grid_fill(grid, y, 0, grid->columns, ' ', style);
    fill_status(editor, &middle, &right, &step, &steps);
    if (!draw_filling(theme, editor, grid, y, step, steps)) {
        int used = grid_write(grid, y, 0, grid->columns, " ", theme->styles[FACE_MODE]);
        used += grid_write(grid, y, used, grid->columns - used, editor_mode_name(editor),
                           theme->styles[FACE_MODE]);
        used += grid_write(grid, y, used, grid->columns - used, " ", theme->styles[FACE_MODE]);
        describe_left(editor, grid->columns, &left);
        used += grid_write(grid, y, used, grid->columns - used, left.data, style);
        if (steps > 0) {
            bytes_clear(&middle);
            describe_progress(step, steps, &middle);
        }
        int room = grid->columns - used - 4, wide = width_of(&middle), end = width_of(&right);
        if (middle.size && room >= LEAST_ROOM) {
            grid_write(grid, y, used + 4, room, middle.data, style);
            room -= wide + 2;
        }
        if (right.size && end + 1 <= room)
            grid_write(grid, y, grid->columns - end - 1, end, right.data, style);
    }
    bytes_free(&left);
    bytes_free(&middle);
    bytes_free(&right);
}

/* Text on the message line may be anything: what is no character is spelled. */
static int write_shown(struct grid *grid, int y, int column, int room, const char *text, size_t size,
                       struct style style)
{
    int used = 0;
    for (size_t at = 0; at < size;) {
        size_t step = cluster_size(text + at, size - at);
        int width = cluster_width(text + at, step);
        char spelled[UNIT_SHOWN_SIZE];
        unsigned count = unit_show(unit_decode(text + at, step).code, spelled);
        width = count ? (int)count : width;
        if (used + width > room)
            break;
        for (unsigned i = 0; i < count; i++)
            grid_put(grid, y, column + used + (int)i, spelled + i, 1, 1, style);
        if (!count)
            grid_put(grid, y, column + used, text + at, step, width, style);
        used += width;
        at += step;
    }
    return used;
}

static int shown_width(const char *text, size_t size)
{
    struct grid none = { 0 };
    return write_shown(&none, -1, 0, 1 << 30, text, size, (struct style){ 0 });
}

static void draw_prompt(const struct theme *theme, struct editor *editor, struct grid *grid, int y,
                        struct cursor *cursor)
{
    const struct prompt *prompt = &editor->prompt;
    struct style style = theme->styles[FACE_PROMPT];
    const char *text = prompt->text.data ? prompt->text.data : "";
    int used = grid_write(grid, y, 0, grid->columns, prompt->ask, style);
    int room = grid->columns - used - 1;
    size_t from = 0, near = (size_t)grid->columns * CELL_BYTES; /* no further back than may be in sight */
    if (prompt->cursor > near)
        from = prompt->cursor - near;
    while (from > 0 && from < prompt->cursor && ((unsigned char)text[from] & 0xc0) == 0x80)
        from++;
    size_t rest = prompt->text.size - from < 2 * near ? prompt->text.size - from : 2 * near;
    int width = shown_width(text + from, prompt->cursor - from);
    while (from < prompt->cursor && width > room) {
        size_t step = cluster_size(text + from, prompt->cursor - from);
        width -= shown_width(text + from, step);
        from += step;
    }
    rest = prompt->text.size - from < rest ? prompt->text.size - from : rest;
    write_shown(grid, y, used, room + 1, text + from, rest, style);
    cursor->row = y;
    int column = used + width;
    cursor->column = column < grid->columns ? column : grid->columns - 1;
}

bool message_draw(const struct theme *theme, struct editor *editor, struct grid *grid, int y,
                  struct cursor *cursor)
{
    struct style style = theme->styles[editor->message_is_error ? FACE_ERROR : FACE_MESSAGE];
    struct bytes pending = { 0 };
    grid_fill(grid, y, 0, grid->columns, ' ', theme->styles[FACE_TEXT]);
    if (editor->prompt.active) {
        draw_prompt(theme, editor, grid, y, cursor);
        return true;
    }
    int used = write_shown(grid, y, 0, grid->columns, editor->message, strlen(editor->message), style);
    editor_pending(editor, &pending);
    int width = width_of(&pending);
    if (width > 0 && used + width + 2 <= grid->columns)
        write_shown(grid, y, grid->columns - width - 1, width, pending.data, pending.size,
                    theme->styles[FACE_MESSAGE]);
    bytes_free(&pending);
    return false;
}
