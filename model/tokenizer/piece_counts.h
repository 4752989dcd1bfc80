/* piece_counts.h - how often each piece of a text occurs; what the training of a vocabulary reads of it. */
#ifndef MODEL_TOKENIZER_PIECE_COUNTS_H
#define MODEL_TOKENIZER_PIECE_COUNTS_H

#include "model/tokenizer/bpe_train.h"

struct counted_piece {
    const char *bytes;
    size_t size;
    int64_t count;
};

/* In no particular order; the caller's (free), the bytes borrowed. */
struct counted_piece *piece_counts_list(const struct piece_counts *counts, size_t *count);
const char *piece_counts_regex(const struct piece_counts *counts);

#endif
