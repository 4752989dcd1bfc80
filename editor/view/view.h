/* view.h - the editor as a screen: the text with its holes, the list of proposals, the status line, the
 * message line.
 *
 *       1 The harbour lay under fog, and nobody had lit the lamps.
 *       2 The old man went down to the [················] an hour before
 *     ~
 *      NORMAL  draft.md +  2:31        hole 1/2 · auto · 8 steps         default 38M
 *     :fill
 *
 * Drawing reads the editor and writes window.rows, columns and top alone. No terminal is needed: a grid goes
 * out. */
#ifndef EDITOR_VIEW_VIEW_H
#define EDITOR_VIEW_VIEW_H

#include "editor/view/rows.h"

struct view {
    struct theme theme;
    struct place top;                /* the first row shown */
    size_t top_told;                 /* window.top as it was left; another value is a command's wish */
    const struct document *document; /* shown last */
    int gutter;                      /* columns of line numbers, as drawn last */
};

void view_draw(struct view *view, struct editor *editor, struct grid *grid, struct cursor *cursor);

/* The text's offset shown in a cell of the screen, or nearest to it. */
size_t view_place_at(const struct view *view, struct editor *editor, int row, int column);

/* panel.c: rows at the bottom that the text gives up. `height` of them begin at row `y`. */
int panel_height(const struct editor *editor, int rows);
void panel_draw(const struct theme *theme, struct editor *editor, struct grid *grid, int y, int height);

/* status.c */
void status_draw(const struct theme *theme, struct editor *editor, struct grid *grid, int y);
/* The last row: prompt, message, keys of an unfinished command. True where it has the cursor. */
bool message_draw(const struct theme *theme, struct editor *editor, struct grid *grid, int y,
                  struct cursor *cursor);

#endif
