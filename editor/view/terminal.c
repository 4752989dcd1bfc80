#include "editor/view/terminal.h"

#include "editor/view/capability.h"
#include "editor/base/bytes.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

struct terminal {
    int descriptor;
    bool entered;
    struct termios before; /* as found, given back by terminal_leave */
    struct capabilities capabilities;
    struct bytes output;
    struct grid shown; /* what stands on the screen; 0 by 0: unknown */
    struct style pen;
    bool pen_known;
    int pen_row, pen_column; /* -1: unknown */
    int shape;               /* enum cursor_shape, -1: as found */
    bool mouse;
};

/* What the terminal cannot do is NULL and adds nothing. */
static void put_string(struct terminal *terminal, const char *string)
{
    if (string)
        bytes_append_text(&terminal->output, string);
}

/* Sends what was gathered; what a terminal that is gone does not take is dropped. */
static void flush(struct terminal *terminal)
{
    size_t sent = 0;
    while (sent < terminal->output.size) {
        ssize_t count =
            write(terminal->descriptor, terminal->output.data + sent, terminal->output.size - sent);
        if (count > 0) {
            sent += (size_t)count;
        } else if (count < 0 && errno == EAGAIN) {
            struct pollfd ready = { .fd = terminal->descriptor, .events = POLLOUT };
            poll(&ready, 1, 1000);
        } else if (count == 0 || errno != EINTR) {
            break;
        }
    }
    bytes_clear(&terminal->output);
}

struct terminal *terminal_open(int descriptor, struct error *error)
{
    struct termios before;
    if (tcgetattr(descriptor, &before) != 0) {
        fail(error, "there is no terminal here; --headless --keys KEYFILE edits without one");
        return NULL;
    }
    struct terminal *terminal = calloc(1, sizeof *terminal);
    if (!terminal)
        abort();
    terminal->descriptor = descriptor;
    terminal->before = before;
    terminal->shape = -1;
    if (!capabilities_load(&terminal->capabilities, descriptor, error)) {
        free(terminal);
        return NULL;
    }
    return terminal;
}

void terminal_close(struct terminal *terminal)
{
    if (!terminal)
        return;
    terminal_leave(terminal);
    capabilities_free(&terminal->capabilities);
    bytes_free(&terminal->output);
    grid_free(&terminal->shown);
    free(terminal);
}

bool terminal_enter(struct terminal *terminal, struct error *error)
{
    struct termios raw = terminal->before;
    raw.c_iflag &= ~(tcflag_t)(BRKINT | ICRNL | INLCR | IGNCR | INPCK | ISTRIP | IXON | IXOFF);
    raw.c_oflag &= ~(tcflag_t)OPOST;
    raw.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | IEXTEN | ISIG);
    raw.c_cflag = (raw.c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8;
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    if (tcsetattr(terminal->descriptor, TCSADRAIN, &raw) != 0)
        return fail(error, "cannot set the terminal to raw mode: %s", strerror(errno));
    terminal->entered = true;
    put_string(terminal, terminal->capabilities.enter);
    if (terminal->mouse)
        put_string(terminal, terminal->capabilities.mouse_on);
    flush(terminal);
    terminal_forget(terminal);
    return true;
}

void terminal_use_mouse(struct terminal *terminal, bool used)
{
    const struct capabilities *can = &terminal->capabilities;
    if (used == terminal->mouse)
        return;
    terminal->mouse = used;
    if (terminal->entered)
        put_string(terminal, used ? can->mouse_on : can->mouse_off);
}

void terminal_leave(struct terminal *terminal)
{
    if (!terminal->entered)
        return;
    terminal->entered = false;
    put_string(terminal, terminal->capabilities.plain);
    if (terminal->shape >= 0)
        put_string(terminal, terminal->capabilities.shape_reset);
    if (terminal->mouse)
        put_string(terminal, terminal->capabilities.mouse_off);
    put_string(terminal, terminal->capabilities.leave);
    flush(terminal);
    terminal->shape = -1;
    tcsetattr(terminal->descriptor, TCSADRAIN, &terminal->before);
}

void terminal_size(const struct terminal *terminal, int *rows, int *columns)
{
    struct winsize size = { 0 };
    if (ioctl(terminal->descriptor, TIOCGWINSZ, &size) != 0)
        size = (struct winsize){ 0 };
    *rows = size.ws_row > 0 ? size.ws_row : 24;
    *columns = size.ws_col > 0 ? size.ws_col : 80;
}

int terminal_colours(const struct terminal *terminal)
{
    return terminal->capabilities.colours;
}

void terminal_forget(struct terminal *terminal)
{
    grid_free(&terminal->shown);
    terminal->pen_known = false;
    terminal->pen_row = -1;
}

void terminal_send(struct terminal *terminal, const char *bytes, size_t size)
{
    bytes_append(&terminal->output, bytes, size);
    flush(terminal);
}

static void place(struct terminal *terminal, int row, int column)
{
    if (terminal->pen_row == row && terminal->pen_column == column)
        return;
    capabilities_move(&terminal->capabilities, &terminal->output, row, column);
    terminal->pen_row = row;
    terminal->pen_column = column;
}

static void use_style(struct terminal *terminal, struct style style)
{
    const struct style *pen = &terminal->pen;
    if (terminal->pen_known && pen->foreground == style.foreground && pen->background == style.background &&
        pen->attributes == style.attributes)
        return;
    capabilities_style(&terminal->capabilities, &terminal->output, style);
    terminal->pen = style;
    terminal->pen_known = true;
}

static bool is_ascii(const char *text, size_t size)
{
    return size == 1 && (unsigned char)*text < 0x80;
}

static void draw_cell(struct terminal *terminal, const struct grid *grid, int row, int column)
{
    const struct cell *cell = grid_cell(grid, row, column);
    const char *text = grid_cell_text(grid, cell);
    place(terminal, row, column);
    use_style(terminal, cell->style);
    bytes_append(&terminal->output, text, cell->size);
    terminal->pen_column += cell->width;
    if (terminal->pen_column >= grid->columns || !is_ascii(text, cell->size))
        terminal->pen_row = -1;
}

/* Column from which the row is nothing but plain blanks. */
static int blank_from(const struct grid *grid, int row)
{
    int column = grid->columns;
    while (column > 0) {
        const struct cell *cell = grid_cell(grid, row, column - 1);
        bool plain = cell->style.background == 0 && cell->style.attributes == 0;
        if (!plain || cell->size != 1 || *grid_cell_text(grid, cell) != ' ')
            break;
        column--;
    }
    return column;
}

static void draw_row(struct terminal *terminal, const struct grid *grid, int row)
{
    int blank = terminal->capabilities.clear_to_end ? blank_from(grid, row) : grid->columns;
    bool avoid_last = terminal->capabilities.scrolls_at_end && row == grid->rows - 1;
    for (int column = 0; column < grid->columns; column++) {
        const struct cell *cell = grid_cell(grid, row, column);
        const struct cell *before = grid_cell(&terminal->shown, row, column);
        if (cell->width == 0 || grid_cell_equal(grid, cell, &terminal->shown, before))
            continue;
        if (avoid_last && column + cell->width >= grid->columns)
            continue;
        if (column >= blank) {
            place(terminal, row, column);
            use_style(terminal, (struct style){ 0 });
            put_string(terminal, terminal->capabilities.clear_to_end);
            break;
        }
        draw_cell(terminal, grid, row, column);
    }
}

static void clear_screen(struct terminal *terminal, const struct grid *grid)
{
    use_style(terminal, (struct style){ 0 });
    put_string(terminal, terminal->capabilities.clear);
    terminal->pen_row = -1;
    grid_reset(&terminal->shown, grid->rows, grid->columns);
}

static void show_cursor(struct terminal *terminal, const struct cursor *cursor)
{
    if (cursor->hidden)
        return;
    place(terminal, cursor->row, cursor->column);
    if ((int)cursor->shape != terminal->shape && terminal->capabilities.shapes[cursor->shape]) {
        put_string(terminal, terminal->capabilities.shapes[cursor->shape]);
        terminal->shape = (int)cursor->shape;
    }
    put_string(terminal, terminal->capabilities.cursor_show);
}

void terminal_paint(struct terminal *terminal, const struct grid *grid, const struct cursor *cursor)
{
    const struct capabilities *can = &terminal->capabilities;
    put_string(terminal, can->update_begin);
    put_string(terminal, can->cursor_hide);
    if (terminal->shown.rows != grid->rows || terminal->shown.columns != grid->columns)
        clear_screen(terminal, grid);
    bool by_rows = !grid->pool_size && !terminal->shown.pool_size;
    for (int row = 0; row < grid->rows; row++) {
        if (grid_row_same(grid, &terminal->shown, row))
            continue;
        draw_row(terminal, grid, row);
        if (by_rows)
            grid_copy_row(&terminal->shown, grid, row);
    }
    show_cursor(terminal, cursor);
    put_string(terminal, can->update_end);
    flush(terminal);
    if (!by_rows)
        grid_copy(&terminal->shown, grid);
}

void terminal_rescue(int descriptor)
{
    static const char restore[] =
        "\033[m\033[?25h\033[?2004l\033[?1004l\033[?1002l\033[?1006l\033[?2026l\033[?1049l\r\n";
    struct termios state;
    if (tcgetattr(descriptor, &state) != 0 || (state.c_lflag & ICANON))
        return;
    state.c_iflag |= ICRNL | BRKINT | IXON;
    state.c_oflag |= OPOST;
    state.c_lflag |= ECHO | ICANON | IEXTEN | ISIG;
    if (write(descriptor, restore, sizeof restore - 1) < 0)
        return;
    tcsetattr(descriptor, TCSANOW, &state);
}
