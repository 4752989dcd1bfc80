/* change.h - where places in a text go when it is edited. */
#ifndef EDITOR_TEXT_CHANGE_H
#define EDITOR_TEXT_CHANGE_H

#include "editor/text/text.h"

/* `removed` bytes at `start` became `inserted` bytes. */
struct change {
    size_t start, removed, inserted;
};

/* What a place does when something is inserted right there: stay before it, or move behind it. */
enum gravity { GRAVITY_BEFORE, GRAVITY_BEHIND };

/* Where an offset goes in a change. Inside what was removed: before what replaced it, or behind. */
size_t change_offset(struct change change, size_t offset, enum gravity gravity);
/* Where a span goes: what is inserted at its edges stays outside, what is removed shrinks it. */
struct span change_span(struct change change, struct span span);

#endif
