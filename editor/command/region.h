/* region.h - a stretch of text that a selection, a motion or a text object covers, with its shape. */
#ifndef EDITOR_COMMAND_REGION_H
#define EDITOR_COMMAND_REGION_H

#include "editor/text/text.h"

#include <stdbool.h>

enum shape { SHAPE_CHARACTERS, SHAPE_LINES, SHAPE_BLOCK };

struct region {
    enum shape shape;
    struct span span;   /* bytes; LINES: whole lines with their line feeds; BLOCK: from the first line's begin
                           to the last's end */
    size_t left, right; /* BLOCK: cell columns, both included */
    bool to_end;        /* BLOCK: every line to its end */
    size_t cursor;      /* where the cursor goes: the earlier end */
    bool selected;      /* it was a selection */
    bool adjusts;       /* of an object: an end at the begin of a line goes back to the line before */
    bool reshapes;      /* of an object in a selection: a block becomes characters too */
    bool placed; /* of an object in a selection: its ends are `anchor` and `cursor`, whatever `span` says */
    size_t anchor, active; /* of a selection: where it began and where its cursor is */
    bool exclusive;        /* a motion's end that is not part of it stands at span.end */
    bool numbered;         /* its deletion goes to "1 even if it is small */
};

#endif
