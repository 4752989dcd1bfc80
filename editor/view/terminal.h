/* terminal.h - the terminal: raw mode, its size, and frames painted as differences. The only room with
 * ncurses, of which it takes terminfo alone: a curses cell holds five code points, and a grapheme cluster may
 * be longer.
 *
 * A frame is one write(2): what differs from the frame before, between the marks of a synchronised update
 * where the terminal is known to take them. After a cluster whose width terminals disagree about the cursor
 * is placed anew, so that one wrong guess spoils one cell and not the line.
 *
 * All functions belong to one thread. */
#ifndef EDITOR_VIEW_TERMINAL_H
#define EDITOR_VIEW_TERMINAL_H

#include "editor/base/error.h"
#include "editor/view/grid.h"

struct terminal;

enum cursor_shape { CURSOR_BLOCK, CURSOR_BAR, CURSOR_UNDERLINE };

struct cursor {
    int row, column;
    enum cursor_shape shape;
    bool hidden;
};

/* For the terminal on `descriptor`, described by TERM; colours also by COLORTERM and NO_COLOR. The screen is
 * left as it is until terminal_enter. NULL: no terminal there, or one that cannot place its cursor. */
struct terminal *terminal_open(int descriptor, struct error *error);
/* Leaves first where need be; NULL is fine. */
void terminal_close(struct terminal *terminal);

/* Raw mode, the alternate screen, and every key reported; and back, so that nothing shows it was here. */
bool terminal_enter(struct terminal *terminal, struct error *error);
void terminal_leave(struct terminal *terminal);

/* Whether the mouse is reported, which takes the terminal's own selecting away; not until this is called. */
void terminal_use_mouse(struct terminal *terminal, bool used);

/* What the terminal says now; 24 by 80 where it says nothing. */
void terminal_size(const struct terminal *terminal, int *rows, int *columns);
/* Colours it can show: 0, 8, 16, 256 or 1 << 24. */
int terminal_colours(const struct terminal *terminal);

void terminal_paint(struct terminal *terminal, const struct grid *grid, const struct cursor *cursor);
/* The next paint draws every cell: after a resize or a resume. */
void terminal_forget(struct terminal *terminal);
/* Bytes to the terminal outside a frame: the bell, a clipboard. */
void terminal_send(struct terminal *terminal, const char *bytes, size_t size);

/* For a signal handler of a crash: brings back a usable terminal on `descriptor` from nothing but the
 * descriptor. Safe to call there; does nothing where the terminal is not in raw mode. */
void terminal_rescue(int descriptor);

#endif
