/* translate_parts.h - what translate.c, translate_pair.c and translate_canvas.c share; nobody else includes
 * it. */
#ifndef MODEL_INFILL_TRANSLATE_PARTS_H
#define MODEL_INFILL_TRANSLATE_PARTS_H

#include "model/diffusion/denoise.h"
#include "model/diffusion/vectors.h"
#include "model/infill/group.h"
#include "model/infill/translate.h"

/* A part of a line that fits. */
struct translation {
    const struct infill *infill;
    const struct framing *framing;
    const struct translate_options *options;
    struct denoiser_session *session;
    const atomic_bool *cancel;
    uint64_t stream; /* of random numbers: the first of the part's own */
    struct text_part text;
    struct ids source; /* its pieces alone */
    int steps;         /* taken for a part, at most */
};

/* Tokens of the attributes asked for. */
bool translate_attributes(const struct infill *infill, const char *text, struct ids *tokens,
                          struct lacuna_error *error);
/* The loop's parameters, vectors excepted. */
bool translate_denoise(const struct translation *translation, struct denoise *denoise,
                       struct lacuna_error *error);
/* The text of target pieces; the caller's. */
char *translate_text(const struct translation *translation, const struct ids *target,
                     struct lacuna_error *error);

/* The steps that a run took. */
void translate_count(struct translation *translation, const struct sequence *first);

/* Word vocabularies: the k-th unknown word of the target is the k-th of the source. */
char *translate_words(const struct translation *translation, const struct ids *target,
                      struct lacuna_error *error);

/* The target, whose text is the caller's; NULL: error. */
char *translate_pair(struct translation *translation, struct lacuna_error *error);
char *translate_canvas(struct translation *translation, struct lacuna_error *error);

#endif
