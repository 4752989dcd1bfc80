/* early.h - early exit: a run ends before its last step where the rest would change little. Approximate.
 *
 *     step 3   the | harbour | and | lay | .        share settled 3/5: go on
 *     step 4   the | harbour | was | lay | .        share settled 4/5: with `early_exit` 0.8 this is the text
 *
 * A place is settled when it is decided; when the same piece was thought of over the last eighth of the
 * steps, at least one step; or, unless pieces move until the end, when its piece is as probable as
 * Fast-dLLM's threshold (Wu et al. 2025). Where pieces are drawn or move, one that stays must also be
 * likelier than all others together. */
#ifndef MODEL_DIFFUSION_EARLY_H
#define MODEL_DIFFUSION_EARLY_H

#include "model/diffusion/turn.h"

/* What a sequence's steps thought of so far; zero: of nothing. */
struct early {
    int size;        /* of the canvas when it was looked at last */
    int32_t *tokens; /* [size] thought of last */
    int *steps;      /* [size] that in a row thought of it */
};

/* Takes in the turn's guesses; true: the share of settled places among those of the turn's block is at least
 * what the settings ask for, so that all that is open in it should be decided now. */
bool early_exit(struct early *early, const struct turn *turn);
void early_free(struct early *early);

#endif
