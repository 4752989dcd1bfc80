#include "editor/text/change.h"

size_t change_offset(struct change change, size_t offset, enum gravity gravity)
{
    size_t end = change.start + change.removed;
    if (offset < change.start || (offset == change.start && (change.removed || gravity == GRAVITY_BEFORE)))
        return offset;
    if (offset > end || (offset == end && (change.removed || gravity == GRAVITY_BEHIND)))
        return offset - change.removed + change.inserted;
    return gravity == GRAVITY_BEFORE ? change.start : change.start + change.inserted;
}

struct span change_span(struct change change, struct span span)
{
    struct span moved = { change_offset(change, span.start, GRAVITY_BEHIND),
                          change_offset(change, span.end, GRAVITY_BEFORE) };
    if (moved.end < moved.start)
        moved.end = moved.start;
    return moved;
}
