/* pair_row.h - rows of pairs of lines, laid out as network/pair.h says.
 *
 *     source | attribute target, m of n places masked | attribute target, the other n - m masked
 *
 * m is even in 1 … n. The source is passed once for both, and every piece of the target has a loss. Some
 * targets are masked wholly instead, with the tail of nulls that tells their length. */
#ifndef MODEL_TRAIN_PAIR_ROW_H
#define MODEL_TRAIN_PAIR_ROW_H

#include "model/base/random.h"
#include "model/train/batch.h"
#include "model/train/corpus.h"

enum { PAIR_ROWS = 3 };

/* `row` and `order` have room for PAIR_ROWS · corpus->pair_begin places; the row's weights sum to 1. `whole`:
 * share of rows masked wholly. */
void pair_row_make(const struct corpus *corpus, struct random *random, double share, double whole,
                   struct row *row, int32_t *order);

#endif
