/* consensus.h - minimum Bayes risk (Kumar and Byrne 2004): of several samples the one that is most like all
 * the others; likeness of two is the mean F1 of their runs of one to four tokens. */
#ifndef MODEL_INFILL_CONSENSUS_H
#define MODEL_INFILL_CONSENSUS_H

#include "model/tokenizer/tokenizer.h"

/* In [0, 1]; 1: the same. Symmetric. */
double consensus_likeness(const struct ids *one, const struct ids *other);
/* The index of the best of `count` samples, the first of equals; 0 for none or one. */
size_t consensus_best(const struct ids *samples, size_t count);

#endif
