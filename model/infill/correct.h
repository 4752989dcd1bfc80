/* correct.h - the job correct: words that the text around them makes improbable, and what would read better.
 *
 * Every word is masked in turn (each PASSES-th at once) and its probability read. The least probable ones are
 * compared with all words of the vocabulary that are spelt like them: a noisy channel, log p(word | context)
 * less a cost for each letter that differs. A word that stands twice is proposed to be dropped. */
#ifndef MODEL_INFILL_CORRECT_H
#define MODEL_INFILL_CORRECT_H

#include "model/infill/answer.h"
#include "model/infill/wish.h"

struct answer *correct_run(const struct infill *infill, struct denoiser_session *session,
                           const struct wish *wish, const struct infill_watch *watch,
                           struct lacuna_error *error);

#endif
