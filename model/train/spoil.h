/* spoil.h - misspells words of a text, so that a network learns to correct. */
#ifndef MODEL_TRAIN_SPOIL_H
#define MODEL_TRAIN_SPOIL_H

#include "model/base/random.h"
#include "model/train/corpus.h"

/* Text on its way into a row. */
struct text_run {
    int32_t *text; /* [count] as it is in the corpus */
    size_t count, room;
    int32_t *ids,
        *wanted; /* [out_count] as the row shows it, and the original; <null> for a piece too many */
    bool *spoilt;
    size_t out_count, out_room;
    struct ids pieces; /* scratch */
};

void text_run_add(struct text_run *run, int32_t id);
void text_run_clear(struct text_run *run);
void text_run_free(struct text_run *run);

/* Fills ids, wanted and spoilt from text: each whole word of one piece is, with the chance `rate`, doubled,
 * replaced by another, or loses, repeats or swaps letters. */
void spoil_text(const struct corpus *corpus, struct random *random, double rate, struct text_run *run);

#endif
