/* infill.h - the door of this room: an open model that fills the holes of a text.
 *
 *     request -> windows (groups of holes that fit one context) -> lengths -> drafts (denoise, or best-first
 * for a few pieces)
 *             -> rerank -> alternatives -> answer
 *
 * A `struct infill` is the checkpoint, its denoiser and tokenizer, and what is known of its pieces and
 * attributes; it is read-only after opening, so any number of threads may share it. A run works in one
 * denoiser session, which belongs to one thread. */
#ifndef MODEL_INFILL_INFILL_H
#define MODEL_INFILL_INFILL_H

#include "model/base/error.h"
#include "model/format/checkpoint.h"
#include "model/network/denoiser.h"
#include "model/tokenizer/tokenizer.h"

#include <stdatomic.h>

struct infill;
struct pieces;     /* infill/pieces.h */
struct attributes; /* infill/attribute.h */

/* A model by name, folder or file (base/find_model.h says where names are looked up). NULL: error says why.
 */
struct infill *infill_open(const char *name_or_path, const struct lacuna_options *options,
                           struct lacuna_error *error);
/* The same for looking at a network alone: the tokens of a model without a tokenizer are called by number. */
struct infill *infill_open_bare(const char *name_or_path, const struct lacuna_options *options,
                                struct lacuna_error *error);
bool infill_is_bare(const struct infill *infill); /* it has no tokenizer */
void infill_close(struct infill *infill);

/* All borrowed; they live as long as the model. */
const struct lacuna_description *infill_describe(const struct infill *infill);
const struct checkpoint *infill_checkpoint(const struct infill *infill);
const struct denoiser *infill_denoiser(const struct infill *infill);
const struct framing *infill_framing(const struct infill *infill);
const struct tokenizer *infill_tokenizer(const struct infill *infill);
struct engine *infill_engine(const struct infill *infill);

/* What a caller can do to a run from another thread, and what it is shown. Every member may be NULL. */
struct infill_watch {
    const atomic_bool *cancel; /* end within one layer, without an answer */
    const atomic_bool *stop;   /* keep what is decided */
    lacuna_observe *observe;   /* after each step of the leading draft; not called for the end */
    void *user;
};

/* Everything a request can get wrong by itself; false with bad_request, bad_span, attribute, length or keep.
 */
bool infill_check(const struct infill *infill, const struct lacuna_request *request,
                  struct lacuna_error *error);

/* Runs a request of any task to its end on the calling thread. The answer and all it holds is the caller's;
 * NULL: error says why. */
struct lacuna_answer *infill_run(const struct infill *infill, struct denoiser_session *session,
                                 const struct lacuna_request *request, const struct infill_watch *watch,
                                 struct lacuna_error *error);
void infill_answer_free(struct lacuna_answer *answer);

#endif
