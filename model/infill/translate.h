/* translate.h - one line from another: the source clamped, the target from noise (DiffuSeq, Gong et al. 2022;
 * absorbing models alike).
 *
 *     [ bos  source …  eos | target …  eos  pad … ]      up to the end of the context */
#ifndef MODEL_INFILL_TRANSLATE_H
#define MODEL_INFILL_TRANSLATE_H

#include "model/infill/infill.h"

struct translate_options {
    int steps;     /* 0: 20 */
    int count;     /* samples among which the one most like the others is taken; 0: 1 */
    uint64_t seed; /* sample k of line n of a seed is always the same */
    double temperature;
    double early_exit;   /* 0: never; see lacuna_request */
    const char *sampler; /* NULL: the process's own */
};

/* The target of line number `index`, without line breaks, malloc'd, ended by a 0 byte; NULL: error says why.
 * `steps`: network steps of the first sample; may be NULL. */
char *translate_line(const struct infill *infill, struct denoiser_session *session,
                     const struct translate_options *options, const char *line, size_t size, uint64_t index,
                     const atomic_bool *cancel, int *steps, struct lacuna_error *error);

#endif
