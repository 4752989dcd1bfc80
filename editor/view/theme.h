/* theme.h - named faces and the styles that a theme gives them.
 *
 * A theme is a YAML file, face name → { foreground, background, attributes: [...], mono: [...] }; colours by
 * name, number or #rrggbb. `mono` stands in for all of it on a terminal without colours. What a theme does
 * not name keeps its built-in style, so that an empty theme is a whole one. */
#ifndef EDITOR_VIEW_THEME_H
#define EDITOR_VIEW_THEME_H

#include "editor/base/error.h"
#include "editor/view/grid.h"

enum face {
    FACE_TEXT,
    FACE_LINE_NUMBER,
    FACE_FILLER,  /* ~ past the end */
    FACE_CONTROL, /* ^A, <e9> */
    FACE_SELECTION,
    FACE_MATCH,
    FACE_STATUS,
    FACE_MODE, /* the mode's name in the status line */
    FACE_MESSAGE,
    FACE_ERROR,
    FACE_PROMPT,
    FACE_HOLE,    /* masked, nothing proposed yet; and undecided places */
    FACE_BRACKET, /* the marks around a hole */
    FACE_CONFIDENCE_LOW,
    FACE_CONFIDENCE_FAIR,
    FACE_CONFIDENCE_GOOD,
    FACE_CONFIDENCE_HIGH,
    FACE_PINNED,
    FACE_PROGRESS,
    FACE_LIST,
    FACE_LIST_CHOSEN,
    FACE_COUNT,
};

struct theme {
    struct style styles[FACE_COUNT]; /* as the terminal at hand can show them */
};

/* The built-in theme for a terminal with so many colours. */
void theme_default(struct theme *theme, int colours);
/* Reads a file over the built-in theme. False: error names file, line and column; what was read before it
 * holds. */
bool theme_read(struct theme *theme, const char *path, int colours, struct error *error);

#endif
