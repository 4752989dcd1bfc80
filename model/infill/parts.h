/* parts.h - what is worked on as one hole: a span, or for rewriting and correcting a piece of one that is too
 * long to be read at once. */
#ifndef MODEL_INFILL_PARTS_H
#define MODEL_INFILL_PARTS_H

#include "model/infill/group.h"

struct part {
    struct lacuna_span span;
    size_t owner; /* span of the request */
};

struct parts {
    struct part *at; /* [count] in order of the text */
    size_t count, room;
};

bool parts_new(struct parts *parts, const struct infill *infill, const struct wish *wish,
               struct lacuna_error *error);
void parts_free(struct parts *parts);
/* The text in front of a part; for count: behind the last one. */
struct text_part parts_between(const struct parts *parts, const struct wish *wish, size_t part);

#endif
