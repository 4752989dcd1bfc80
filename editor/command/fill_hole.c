#include "editor/command/fill_inside.h"

#include "editor/base/memory.h"
#include "editor/text/change.h"

#include <stdlib.h>
#include <string.h>

static bool comes_before(const struct hole *hole, const struct document *document, size_t start)
{
    if (hole->document != document)
        return hole->document < document;
    return hole->span.start < start;
}

void fill_close_list(struct fill *fill)
{
    fill->listed = NULL;
    fill->editor->overlay = NULL;
}

void fill_open_list(struct fill *fill, struct hole *hole)
{
    fill->listed = hole;
    fill->editor->overlay = "alternatives";
}

void hole_reset(struct fill *fill, struct hole *hole)
{
    struct job *job = job_of(fill, hole);
    for (size_t i = 0; job && i < job->part_count; i++)
        if (job->parts[i].hole == hole)
            job->parts[i].hole = NULL;
    bool wanted = false;
    for (size_t i = 0; job && i < job->part_count; i++)
        wanted = wanted || job->parts[i].hole;
    if (job && !wanted)
        job_cancel(job);
    if (fill->listed == hole)
        fill_close_list(fill);
    proposal_free(&hole->live);
    for (size_t i = 0; i < hole->alternative_count; i++)
        proposal_free(&hole->alternatives[i]);
    free(hole->alternatives);
    hole->alternatives = NULL;
    hole->alternative_count = hole->chosen = hole->word = 0;
    hole->step = hole->steps = 0;
    hole->state = HOLE_MASKED;
}

void hole_remove(struct fill *fill, struct hole *hole)
{
    size_t index = 0;
    while (fill->holes[index] != hole)
        index++;
    hole_reset(fill, hole);
    memmove(&fill->holes[index], &fill->holes[index + 1],
            (fill->hole_count - index - 1) * sizeof *fill->holes);
    fill->hole_count--;
    free(hole->ask);
    free(hole);
}

/* Brings a hole's span over an edit. False: the hole's text is gone. *touched: the edit was inside. */
static bool follow_edit(struct span *span, struct edit edit, bool *touched)
{
    size_t end = edit.at + edit.removed;
    *touched = end > span->start && edit.at < span->end;
    bool covers = *touched && edit.at <= span->start && end >= span->end;
    *span = change_span((struct change){ edit.at, edit.removed, edit.inserted }, *span);
    return !covers;
}

static void follow(void *user, struct document *document, const struct text *before, struct edit edit)
{
    struct fill *fill = user;
    (void)before;
    for (size_t i = fill->hole_count; i-- > 0;) {
        struct hole *hole = fill->holes[i];
        bool touched = false;
        if (hole->document != document)
            continue;
        bool stands = follow_edit(&hole->span, edit, &touched);
        if (touched && hole->state != HOLE_MASKED) {
            hole_reset(fill, hole);
            editor_message(fill->editor, "the hole's text was changed, so its fill was dropped");
        }
        if (!stands)
            hole_remove(fill, hole);
    }
}

static void watch(struct fill *fill, struct document *document)
{
    for (size_t i = 0; i < fill->listener_count; i++)
        if (fill->watched[i] == document)
            return;
    size_t count = ++fill->listener_count;
    fill->listeners = memory_resize(fill->listeners, count * sizeof *fill->listeners);
    fill->watched = memory_resize(fill->watched, count * sizeof *fill->watched);
    struct document_listener *listener = memory_new_zero(sizeof *listener);
    *listener = (struct document_listener){ .edited = follow, .crossed = fill_crossed, .user = fill };
    fill->listeners[count - 1] = listener;
    fill->watched[count - 1] = document;
    document_listen(document, listener);
}

static void insert_hole(struct fill *fill, struct hole *hole)
{
    if (fill->hole_count == fill->hole_room) {
        fill->hole_room = fill->hole_room * 2 + 8;
        fill->holes = memory_resize(fill->holes, fill->hole_room * sizeof *fill->holes);
    }
    size_t at = 0;
    while (at < fill->hole_count && comes_before(fill->holes[at], hole->document, hole->span.start))
        at++;
    memmove(&fill->holes[at + 1], &fill->holes[at], (fill->hole_count - at) * sizeof *fill->holes);
    fill->holes[at] = hole;
    fill->hole_count++;
}

struct hole *hole_add(struct fill *fill, struct document *document, struct span span)
{
    for (size_t i = fill->hole_count; i-- > 0;) {
        struct hole *other = fill->holes[i];
        bool same = other->span.start == span.start && other->span.end == span.end;
        if (other->document != document ||
            !(same || (other->span.start < span.end && other->span.end > span.start)))
            continue;
        if (other->span.start < span.start)
            span.start = other->span.start;
        if (other->span.end > span.end)
            span.end = other->span.end;
        hole_remove(fill, other);
    }
    struct hole *hole = memory_new_zero(sizeof *hole);
    hole->document = document;
    hole->span = span;
    insert_hole(fill, hole);
    watch(fill, document);
    return hole;
}

bool hole_is_at(const struct hole *hole, size_t offset)
{
    bool empty = hole->span.start == hole->span.end;
    return offset >= hole->span.start && (empty ? offset == hole->span.start : offset < hole->span.end);
}

struct hole *hole_target(struct fill *fill, unsigned states)
{
    const struct window *window = &fill->editor->window;
    struct hole *first = NULL, *next = NULL;
    for (size_t i = 0; i < fill->hole_count; i++) {
        struct hole *hole = fill->holes[i];
        if (hole->document != window->document || !(states & 1u << hole->state))
            continue;
        if (hole_is_at(hole, window->cursor))
            return hole;
        if (!first)
            first = hole;
        if (!next && hole->span.start >= window->cursor)
            next = hole;
    }
    return next ? next : first;
}
