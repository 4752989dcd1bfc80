/* translate.h - one line from another: the source given, the target from noise.
 *
 *     a model of pairs (network/pair.h):  the source as context, the target a hole; its length is read at the
 *         first look, several lengths are denoised together, the likeliest target is taken
 *     any other (DiffuSeq, Gong et al. 2022):  [ bos  source …  eos | target …  eos  pad … ]  up to the end
 * of the context
 *
 * A line that is too long is turned part by part, cut where a sentence, a clause or a word ends. */
#ifndef MODEL_INFILL_TRANSLATE_H
#define MODEL_INFILL_TRANSLATE_H

#include "model/infill/infill.h"

struct translate_options {
    const char *attribute; /* what the target is to be like; NULL: nothing is asked */
    int steps;             /* 0: 20 */
    int count;             /* samples, or lengths of a model of pairs, of which one is taken; 0: 1, or 5 */
    uint64_t seed;         /* sample k of line n of a seed is always the same */
    double temperature;
    double early_exit;   /* 0: never; see lacuna_request */
    const char *sampler; /* NULL: the process's own */
};

/* false: error says what the options ask that the model has not. */
bool translate_check(const struct infill *infill, const struct translate_options *options,
                     struct lacuna_error *error);
/* The target of line number `index`: UTF-8 without control characters, malloc'd, ended by a 0 byte; that of a
 * blank line is empty. Bytes of the line that are no UTF-8 count as U+FFFD. NULL: error says why. `steps`:
 * network steps of the first sample, of the part that took the most; may be NULL. */
char *translate_line(const struct infill *infill, struct denoiser_session *session,
                     const struct translate_options *options, const char *line, size_t size, uint64_t index,
                     const atomic_bool *cancel, int *steps, struct lacuna_error *error);

#endif
