/* holes.h - chooses where the holes of a row are. */
#ifndef MODEL_TRAIN_HOLES_H
#define MODEL_TRAIN_HOLES_H

#include "model/train/rows.h"

enum { HOLES_MAX = 8 };

/* A hole takes text [start, next) away: `body` stands in the hole, and where an edge cut a word, `left` stays
 * before it and `right` behind it (-1: nothing). */
struct hole {
    int start, next;
    int32_t body[HOLE_PLACES_MAX];
    int size, bucket;
    int32_t left, right;
};

/* Text of a row: `count` tokens of the corpus from token `start` on. */
struct window {
    uint32_t start;
    int count;
    const uint16_t *tokens;
};

/* Up to HOLES_MAX holes in order of place; 0 where none fits. `exact`: holes without tails. */
int holes_pick(const struct corpus *corpus, struct random *random, const struct window *window,
               enum hole_kind only, bool exact, struct hole *holes);

#endif
