/* flow.h - a document as the screen reads it: one item after the other, each a cluster of the text or
 * something shown in its place.
 *
 *     the text    went down to the harbour and waited an hour
 *     the flow    went down to the [quay and ···] an hour          a hole shows what is proposed, or dots
 *
 * A place in the flow is an offset of the text and, where a hole begins there, how far into what it shows. */
#ifndef EDITOR_VIEW_FLOW_H
#define EDITOR_VIEW_FLOW_H

#include "editor/command/fill.h"
#include "editor/text/utf8.h"
#include "editor/view/theme.h"

struct place {
    size_t offset;
    size_t inside; /* 0: before the hole's bracket; else 1 + bytes of the proposal that are behind;
                      PLACE_BEHIND */
};
#define PLACE_BEHIND ((size_t)-1) /* behind the empty hole at the offset */

struct item {
    const char *bytes; /* borrowed until the next item; for a tab or a line end nothing */
    size_t size;
    int width; /* columns; of a tab: to the next stop, from `column` */
    enum face face;
    unsigned attributes; /* besides the face's */
    struct span span;    /* of the text that it stands for; what is not in the text has an empty one */
    bool cursor_here;    /* the cursor at span.start, or in the span, is shown on this item */
    bool line_end;       /* the line feed, or the end of the text */
};

struct flow {
    const struct editor *editor;
    const struct text *text;
    struct place place;
    size_t hole_index; /* of the next hole that begins at or after place.offset, or the one the place is in */
    const struct hole *hole; /* that hole; NULL: none follows */
    size_t chunk_start, chunk_size;
    const char *chunk; /* bytes [chunk_start, chunk_start + chunk_size) of the text */
    char shown[CLUSTER_LIMIT * 4];
};

void flow_begin(struct flow *flow, const struct editor *editor, struct place place);
/* The item at the place, in its column (for tabs); the place moves behind it. After the last line end: false.
 */
bool flow_next(struct flow *flow, int column, struct item *item);
/* Passes over characters of one column at the place that are shown as they are, `most` of them; they begin at
 * *bytes. */
int flow_plain(struct flow *flow, int most, const char **bytes);
bool place_is_before(struct place a, struct place b);

#endif
