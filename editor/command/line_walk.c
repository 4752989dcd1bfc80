/* line_walk.c - lines to be visited one after the other while the text changes under them. */
#include "editor/command/line.h"

#include <stdlib.h>

static size_t where(const struct line_walk *walk, size_t index)
{
    return walk->offsets[index] == (size_t)-1 ? (size_t)-1 : walk->offsets[index] + walk->shift;
}

static void follow(void *user, struct document *document, const struct text *before, struct edit edit)
{
    (void)document;
    (void)before;
    struct line_walk *walk = user;
    size_t next = walk->next, last = walk->count;
    while (next < last && walk->offsets[next] == (size_t)-1)
        next++;
    while (last > next && walk->offsets[last - 1] == (size_t)-1)
        last--;
    if (next == last || edit.at > where(walk, last - 1))
        return;
    size_t end = edit.at + edit.removed, moved = edit.inserted - edit.removed;
    if (end <= where(walk, next) && (edit.removed || edit.at <= where(walk, next)) &&
        (edit.at < where(walk, next) || edit.removed == 0)) {
        walk->shift += moved;
        return;
    }
    for (size_t i = next; i < last; i++) {
        size_t at = where(walk, i);
        if (at == (size_t)-1 || at < edit.at)
            continue;
        if (at >= end && (at > edit.at || edit.removed == 0))
            walk->offsets[i] += moved;
        else if (edit.line_feeds_removed && (at > edit.at || edit.inserted == 0))
            walk->offsets[i] = (size_t)-1;
    }
}

void walk_begin(struct line_walk *walk, struct document *document)
{
    *walk = (struct line_walk){ .listener = { .edited = follow, .user = walk } };
    document_listen(document, &walk->listener);
}

void walk_add(struct line_walk *walk, size_t offset)
{
    if ((walk->count & (walk->count - 1)) == 0)
        walk->offsets =
            memory_resize(walk->offsets, (walk->count ? walk->count * 2 : 1) * sizeof *walk->offsets);
    walk->offsets[walk->count++] = offset;
}

bool walk_next(struct line_walk *walk, size_t *offset)
{
    while (walk->next < walk->count) {
        *offset = where(walk, walk->next++);
        if (*offset != (size_t)-1)
            return true;
    }
    return false;
}

void walk_end(struct line_walk *walk, struct document *document)
{
    document_unlisten(document, &walk->listener);
    free(walk->offsets);
}
