#include "editor/text/marks.h"
#include "editor/base/memory.h"

#include <assert.h>
#include <stdlib.h>

enum state { MARK_FREE, MARK_LIVE, MARK_LOST };

struct mark {
    size_t offset; /* of a free one: the next free number */
    unsigned char gravity, state;
};

struct marks {
    struct mark *marks; /* owned */
    unsigned count, capacity;
    unsigned free; /* first free number; count: none */
};

struct marks *marks_new(void)
{
    return memory_new_zero(sizeof(struct marks));
}

void marks_free(struct marks *marks)
{
    if (!marks)
        return;
    free(marks->marks);
    free(marks);
}

size_t change_offset(struct change change, size_t offset, enum gravity gravity)
{
    size_t end = change.start + change.removed;
    if (offset < change.start || (offset == change.start && (change.removed || gravity == MARK_LEFT)))
        return offset;
    if (offset > end || (offset == end && (change.removed || gravity == MARK_RIGHT)))
        return offset - change.removed + change.inserted;
    return gravity == MARK_LEFT ? change.start : change.start + change.inserted;
}

struct span change_span(struct change change, struct span span)
{
    struct span moved = { change_offset(change, span.start, MARK_RIGHT),
                          change_offset(change, span.end, MARK_LEFT) };
    if (moved.end < moved.start)
        moved.end = moved.start;
    return moved;
}

void marks_apply(struct marks *marks, struct change change)
{
    size_t end = change.start + change.removed;
    for (struct mark *mark = marks->marks, *last = mark + marks->count; mark < last; mark++) {
        if (mark->offset < change.start || mark->state == MARK_FREE)
            continue;
        if (mark->offset > change.start && mark->offset < end)
            mark->state = MARK_LOST;
        mark->offset = change_offset(change, mark->offset, mark->gravity);
    }
}

unsigned mark_add(struct marks *marks, size_t offset, enum gravity gravity)
{
    unsigned number = marks->free;
    if (number < marks->count) {
        marks->free = (unsigned)marks->marks[number].offset;
    } else {
        if (marks->count == marks->capacity) {
            marks->capacity = marks->capacity ? marks->capacity * 2 : 16;
            marks->marks = memory_resize(marks->marks, marks->capacity * sizeof *marks->marks);
        }
        marks->free = ++marks->count;
    }
    marks->marks[number] = (struct mark){ offset, (unsigned char)gravity, MARK_LIVE };
    return number;
}

void mark_remove(struct marks *marks, unsigned number)
{
    assert(number < marks->count && marks->marks[number].state != MARK_FREE);
    marks->marks[number] = (struct mark){ marks->free, 0, MARK_FREE };
    marks->free = number;
}

void mark_set(struct marks *marks, unsigned number, size_t offset)
{
    marks->marks[number].offset = offset;
    marks->marks[number].state = MARK_LIVE;
}

size_t mark_offset(const struct marks *marks, unsigned number)
{
    assert(number < marks->count && marks->marks[number].state != MARK_FREE);
    return marks->marks[number].offset;
}

bool mark_is_lost(const struct marks *marks, unsigned number)
{
    return marks->marks[number].state == MARK_LOST;
}
