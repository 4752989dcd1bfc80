/* lattice.h - the best way to fill a hole's open places at once under its rule.
 *
 * Places × (word state, words so far) form a lattice; a piece is an edge. What is decided leaves one edge, an
 * open place one for every kind of allowed piece, weighed by the best of its kind. The best path (Viterbi)
 * decides all open places together, so whichever of them are revealed now, the promised number of words, the
 * kept words and the seams stay within reach. */
#ifndef MODEL_INFILL_LATTICE_H
#define MODEL_INFILL_LATTICE_H

#include "model/infill/rule.h"

/* The body of one hole inside a canvas; all arrays borrowed, [size]. */
struct stretch {
    const int32_t *ids;
    const uint8_t *open;
    const uint8_t *kept; /* 1: a piece of a kept word, whose effect is in macro */
    const struct effect *macro;
    const int32_t *avoid; /* a piece that is not wanted at a place, -1: none; NULL: none anywhere */
    int size;
};

/* A place behind the last piece of a kept word. */
bool stretch_guarded(const struct stretch *stretch, int place);

/* Is there any way to fill what is open? */
bool lattice_possible(const struct rule *rule, const struct stretch *stretch);
/* tokens [size]: the best pieces at open places, the decided ones elsewhere. scores [size]: [vocabulary]
 * log-probabilities, NULL at decided places. false: there is no way. */
bool lattice_solve(const struct rule *rule, const struct stretch *stretch, const float *const *scores,
                   int32_t *tokens);

/* For search from left to right: the states that can still be completed. Place 0…size, state 0…states - 1. */
struct reach {
    uint8_t *can; /* [size + 1][states] */
    int size, states;
};
struct reach reach_new(const struct rule *rule, const struct stretch *stretch);
void reach_free(struct reach *reach);
/* The state after a piece; -1: beyond what is asked, or from there nothing can be completed. State 0 is the
 * start. */
int reach_after(const struct reach *reach, const struct rule *rule, int state, int place,
                struct effect effect);

#endif
