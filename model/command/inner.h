/* inner.h - the engine's inner door, for verbs that need more than the public one: logits, scores, samples,
 * what a file holds. */
#ifndef MODEL_COMMAND_INNER_H
#define MODEL_COMMAND_INNER_H

#include "model/command/verb.h"
#include "model/infill/infill.h"

struct inner {
    struct infill *infill;
    struct denoiser_session *session;
};

/* The model of a call and one session of its network; false after saying what is wrong. inner_close is due
 * only after true. */
bool inner_open(struct inner *inner, const struct call *call);
/* The same for a model that may have no tokenizer; `exact` in place of the call's own. */
bool inner_open_bare(struct inner *inner, const struct call *call, bool exact);
void inner_close(struct inner *inner);

#endif
