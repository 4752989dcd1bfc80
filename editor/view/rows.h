/* rows.h - the flow cut into rows of the screen, and which row comes first.
 *
 * A line goes on in the next row where it does not fit (option `wrap`), else it is shown from the column
 * window.left. So that a line of many megabytes needs no walk from its beginning, a row also ends at every
 * ROW_ANCHOR bytes of its line. */
#ifndef EDITOR_VIEW_ROWS_H
#define EDITOR_VIEW_ROWS_H

#include "editor/view/flow.h"
#include "editor/view/grid.h"
#include "editor/view/terminal.h"

enum { ROW_ANCHOR = 16384 };

/* Where the text goes on the screen. */
struct rows {
    struct editor *editor;
    const struct theme *theme;
    int height, width; /* of the text itself, without the line numbers */
    int gutter;        /* columns of line numbers */
    struct span line;  /* the line looked at last, to its line feed; end 0: none. Finding one end of a long
                          line takes time. */
};

struct row {
    struct place start, next;
    bool line_begins;  /* start is where a line begins */
    bool past_end;     /* nothing of the text is left: ~ */
    int cursor_column; /* -1: the cursor is not in it */
};

/* Measures the row that begins at a place; with a grid also draws it, in row `y`. */
struct row row_read(struct rows *rows, struct place start, struct grid *grid, int y);
/* The text's offset in a column of the row that begins at a place; behind the row's end the last one in it.
 */
size_t row_offset_at(struct rows *rows, struct place start, int column);
/* The beginning of the row that a place lies in. */
struct place row_containing(struct rows *rows, struct place place);
/* The beginning of the row `count` rows before the one that begins at `start`; the first one's where there
 * are fewer. */
struct place row_back(struct rows *rows, struct place start, int count);
/* The first row to show so that the cursor is on the screen, as near to `top` as it can be; far away it comes
 * to the middle. */
struct place rows_follow_cursor(struct rows *rows, struct place top);

#endif
