/* marks.h - places that move with edits: a set of offsets into one text, told of each edit.
 *
 * A mark at the place of an insertion stays before it (MARK_LEFT) or moves behind it (MARK_RIGHT). A mark
 * inside a removed span moves to where the span was: before what replaced it, or behind. A range is two
 * marks. The set is an array: an edit passes over all marks, ten thousand of them in some ten microseconds.
 */
#ifndef EDITOR_TEXT_MARKS_H
#define EDITOR_TEXT_MARKS_H

#include "editor/text/text.h"

enum gravity { MARK_LEFT, MARK_RIGHT };

/* `removed` bytes at `start` became `inserted` bytes. */
struct change {
    size_t start, removed, inserted;
};

struct marks;

struct marks *marks_new(void);
void marks_free(struct marks *marks);
void marks_apply(struct marks *marks, struct change change);

/* Returns the number of the mark, its own until it is removed. */
unsigned mark_add(struct marks *marks, size_t offset, enum gravity gravity);
void mark_remove(struct marks *marks, unsigned mark);
void mark_set(struct marks *marks, unsigned mark, size_t offset);
size_t mark_offset(const struct marks *marks, unsigned mark);
/* Whether the bytes on both sides of the mark were removed in one edit since it was added or set. */
bool mark_is_lost(const struct marks *marks, unsigned mark);

/* Where an offset goes in one change. */
size_t change_offset(struct change change, size_t offset, enum gravity gravity);
/* Where a span goes: what is inserted at its edges stays outside, what is removed shrinks it. */
struct span change_span(struct change change, struct span span);

#endif
