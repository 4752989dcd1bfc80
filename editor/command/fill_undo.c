/* fill_undo.c - an undone accept brings the hole back, where its text is again. */
#include "editor/command/fill_inside.h"

#include "editor/base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { ACCEPTED_KEPT = 1000 };

void fill_note_accepted(struct fill *fill, const struct document *document, struct span span,
                        const struct ask *ask)
{
    if (ask->task != LACUNA_INFILL)
        return;
    if (fill->accepted_count == ACCEPTED_KEPT)
        memmove(fill->accepted, fill->accepted + 1, --fill->accepted_count * sizeof *fill->accepted);
    if (fill->accepted_count == fill->accepted_room) {
        fill->accepted_room = fill->accepted_room * 2 + 8;
        fill->accepted = memory_resize(fill->accepted, fill->accepted_room * sizeof *fill->accepted);
    }
    fill->accepted[fill->accepted_count++] = (struct accepted){ document, document->step, span, *ask };
}

void fill_crossed(void *user, struct document *document, size_t step, bool undo)
{
    struct fill *fill = user;
    for (size_t i = 0; undo && i < fill->accepted_count; i++) {
        const struct accepted *accepted = &fill->accepted[i];
        if (accepted->document != document || accepted->step != step ||
            accepted->span.end > text_size(document->text))
            continue;
        struct hole *hole = hole_add(fill, document, accepted->span);
        if (!hole->ask)
            hole->ask = memory_new(sizeof *hole->ask);
        *hole->ask = accepted->ask;
    }
}

void fill_forget_accepted(struct fill *fill, const struct document *document)
{
    size_t kept = 0;
    for (size_t i = 0; i < fill->accepted_count; i++)
        if (fill->accepted[i].document != document)
            fill->accepted[kept++] = fill->accepted[i];
    fill->accepted_count = kept;
}
