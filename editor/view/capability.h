/* capability.h - what the terminal at hand can do, read once from terminfo, COLORTERM and NO_COLOR. Strings
 * are ready to send: padding is left out, since no terminal in use needs it. */
#ifndef EDITOR_VIEW_CAPABILITY_H
#define EDITOR_VIEW_CAPABILITY_H

#include "editor/base/error.h"
#include "editor/view/grid.h"
#include "editor/base/bytes.h"

/* Every pointer is owned, and NULL where the terminal cannot do it. */
struct capabilities {
    int colours;         /* 0, 8, 16, 256 or 1 << 24 */
    bool scrolls_at_end; /* writing the last cell scrolls the screen */
    char *enter, *leave; /* everything that is switched on at the start and off at the end */
    char *plain;         /* no attributes, no colours */
    char *bold, *dim, *italic, *underline, *reverse;
    char *move;                    /* with parameters */
    char *foreground, *background; /* with a parameter */
    char *clear, *clear_to_end;
    char *cursor_hide, *cursor_show;
    char *shapes[3]; /* by enum cursor_shape */
    char *shape_reset;
    char *update_begin, *update_end;
    char *mouse_on, *mouse_off;
};

bool capabilities_load(struct capabilities *capabilities, int descriptor, struct error *error);
void capabilities_free(struct capabilities *capabilities);

void capabilities_move(const struct capabilities *capabilities, struct bytes *output, int row, int column);
/* From any pen to exactly `style`, its colours brought to those the terminal has. */
void capabilities_style(const struct capabilities *capabilities, struct bytes *output, struct style style);

#endif
