/* validation.h - what the averaged weights are worth on fixed rows of the `valid` split. */
#ifndef MODEL_TRAIN_VALIDATION_H
#define MODEL_TRAIN_VALIDATION_H

#include "model/train/graph.h"
#include "model/train/rows.h"

struct validation;

struct verdict {
    double bits_per_byte; /* bound on uniformly masked rows, on noised ones, or on the targets of pairs */
    bool bound_alone;     /* what follows is not known */
    double
        hole_loss[5];  /* nats a piece by enum hole_kind, holes wholly or partly masked; <null> not counted */
    double word_exact; /* share of one-word holes whose every piece is the likeliest in one pass */
};

/* `rows` rows for bits per byte, about half as many for each kind of hole; rows of `length` places. Where
 * scores are learnt: rows with that noise, for the bound alone; NULL: pieces. Both are borrowed. */
struct validation *validation_new(const struct corpus *corpus, int rows, int length,
                                  const struct row_noise *noise, const struct scores *scores);
void validation_free(struct validation *validation);
/* The graph must hold rows of that length; parts of at most `places` places are passed to it. */
struct verdict validation_run(const struct validation *validation, struct graph *graph, const float *weights,
                              int places);
/* {"bpb", "words", "phrase", "sentence", "sentences", "word", "word_exact"}; the caller's. */
json_t *verdict_json(const struct verdict *verdict);

#endif
