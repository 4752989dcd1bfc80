/* rows.h - makes the rows that a network learns from, out of a corpus. Row n of a step depends on the seed,
 * the step, n and the number of rows alone.
 *
 *     causal:   <none> <none> <none> text                 predicts each next piece
 *     uniform:  <none> <none> <none> text, m places masked anywhere
 *     noised:   <none> <none> <none> text, all of it at one time t of a process; weights rate(t) over the
 * pieces holes:    labels of the first hole's sentence, then text with one to four holes of a word to several
 * sentences; of a row's n hole places m are masked and the others shown, m even in 1 … n. A hole stands in a
 * bucket of 4 … 128 places drawn independently of its length; its tail is <null>, or left out while what
 * follows keeps its positions. Some holes begin or end inside a word; some rows hold misspelt words, whose
 * originals are asked for.
 *
 * Of a corpus of pairs every row is one (pair_row.h). */
#ifndef MODEL_TRAIN_ROWS_H
#define MODEL_TRAIN_ROWS_H

#include "model/diffusion/process.h"
#include "model/train/batch.h"
#include "model/train/corpus.h"

#include "model/base/random.h"

enum { BUCKET_COUNT = 6, HOLE_PLACES_MAX = 128, ROW_PLACES_MIN = 32, ROW_PLACES_MAX = 4096 };
extern const int bucket_sizes[BUCKET_COUNT];
extern const double bucket_weights[BUCKET_COUNT];

enum hole_kind { HOLE_WORDS, HOLE_PHRASE, HOLE_SENTENCE, HOLE_SENTENCES, HOLE_ONE_WORD, HOLE_ANY };

/* Noise of a process at a time of its own for each row, told as one of `levels`. Borrowed by the recipe. */
struct row_noise {
    const struct process *process;
    struct noise_schedule schedule;
    struct process_noise noise;
    int levels;
};

struct row_recipe {
    int length; /* places of a row, ROW_PLACES_MIN … ROW_PLACES_MAX */
    bool causal;
    double uniform;                /* share of rows masked anywhere */
    double spoilt;                 /* share of hole rows with misspelt words */
    double labelled;               /* share of hole rows with labels */
    const struct row_noise *noise; /* NULL: masks; else every row is noised text, whose scores are learnt */
    double whole;                  /* share of pairs whose target is masked wholly, for its length */
    enum hole_kind only;           /* HOLE_ANY, or one hole a row of this kind alone and nothing spoilt */
};
/* uniform .25, spoilt .2, labelled .5, whole .1 */
struct row_recipe row_recipe_default(int length);

struct row_maker;
struct row_maker *row_maker_new(const struct corpus *corpus, struct row_recipe recipe);
void row_maker_free(struct row_maker *maker);
/* Rows that make up about so many places. */
int row_maker_rows(const struct row_maker *maker, int places);
/* One row, valid until the next call; `share` in [0, 1) says how much of the holes is masked. Its weights sum
 * to about 1. */
const struct row *row_maker_make(struct row_maker *maker, struct random *random, double share);
/* Adds the `count` rows of step `step`, their weights divided by `count` and by (losses of the row)^flat over
 * its mean, so that flat 0 lets every row weigh the same and 1 every masked piece. */
void row_maker_fill(struct row_maker *maker, uint64_t seed, uint64_t step, int count, double flat,
                    struct batch *batch);

#endif
