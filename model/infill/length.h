/* length.h - what length.c, length_fixed.c and length_elastic.c share; nobody else includes it. */
#ifndef MODEL_INFILL_LENGTH_H
#define MODEL_INFILL_LENGTH_H

#include "model/infill/group.h"

/* The text on both ends as it was before a window cut it. */
struct ends {
    struct ids head, tail;
};
struct ends ends_keep(const struct group *group);
void ends_restore(const struct ends *ends, struct group *group);
void ends_free(struct ends *ends);

/* The most places that a hole may take. */
int length_most(const struct group *group);
/* Places that the words to keep take, roughly. */
int length_kept(const struct group *group);
/* One look at wholly masked rooms [hole_count]: plan, rule and chances of each hole. */
bool length_look(struct group *group, const int *rooms, struct lacuna_error *error);
/* Leaves the lengths that were asked for and that some fill has; false: LACUNA_LENGTH. */
bool length_restrict(struct group *group, struct hole *hole, struct lacuna_error *error);
/* Window and context for holes of these canvas lengths [hole_count], ends taken from `ends`. */
bool length_place(struct group *group, const struct ends *ends, const int *lengths,
                  struct lacuna_error *error);
/* Nothing but these lengths is possible from now on. */
void length_settle(struct group *group, const int *lengths);

/* length_fixed.c: rooms as long as the text will be, since a network that knows no null pieces takes what
 * lies behind a gap for far away. Lengths by climb.h. */
bool length_fixed(struct group *group, struct lacuna_error *error);
/* Φ of climb.h: how sure the network is at first of a hole of `length` places behind what is fixed; 0 where
 * that does not fit. lengths [hole_count] of canvases: that of `hole` is set. */
bool length_confidence(struct group *group, const struct ends *ends, int hole, int length, int *lengths,
                       double *confidence, struct lacuna_error *error);
/* length_elastic.c: the network makes its holes longer and shorter as it fills them (DreamOn, Wu et al.
 * 2025): one place at a time is decided; where `expand` is likelier than any piece, two masked places stand
 * instead, and where `remove` is, none. The draft that comes of it is the group's first. */
bool length_elastic(struct group *group, struct lacuna_error *error);

#endif
