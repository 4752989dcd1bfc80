/* region.h - a stretch of text that a selection, a motion or a text object covers, with its shape. */
#ifndef EDITOR_COMMAND_REGION_H
#define EDITOR_COMMAND_REGION_H

#include "editor/text/text.h"

#include <stdbool.h>

enum shape { SHAPE_CHARACTERS, SHAPE_LINES, SHAPE_BLOCK };

struct region {
    enum shape shape;
    struct span span;   /* bytes; LINES: whole lines with their line feeds; BLOCK: from the first line's begin to the last's end */
    size_t left, right; /* BLOCK: cell columns, both included */
    bool to_end;        /* BLOCK: every line to its end */
};

#endif
