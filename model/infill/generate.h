/* generate.h - samples from scratch: a canvas with nothing around it. */
#ifndef MODEL_INFILL_GENERATE_H
#define MODEL_INFILL_GENERATE_H

#include "model/infill/infill.h"

struct steering; /* diffusion/steering.h */

struct generate_options {
    int length;            /* pieces; 0: as the model's training texts, or 64 */
    int steps;             /* 0: as many as pieces */
    double temperature;    /* 0: 1.0 */
    uint64_t seed;         /* sample k of a seed is always the same */
    const char *attribute; /* NULL: none */
    bool guidance_set;
    double guidance;
    int consensus;                   /* texts drawn, of which the one most like the others is given; 0: 1 */
    int words;                       /* 0: as many as come */
    const struct steering *steering; /* guides of a process of vectors; NULL: none */
    bool newlines;
    struct lacuna_request sampling; /* the sampler (NULL: "ancestral"), what samplers go by and early_exit; no
                                       other field is read */
};

/* One sample, malloc'd, ended by a 0 byte; NULL: error says why. `index` numbers the samples of one seed.
 * `steps`: network steps that it took; may be NULL. */
char *generate_text(const struct infill *infill, struct denoiser_session *session,
                    const struct generate_options *options, int index, const atomic_bool *cancel, int *steps,
                    struct lacuna_error *error);

#endif
