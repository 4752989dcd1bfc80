/* guide_rows.h - labelled lines as rows of tokens and of what a guide should find in them; for
 * guide_trainer.c. */
#ifndef MODEL_TRAIN_GUIDE_ROWS_H
#define MODEL_TRAIN_GUIDE_ROWS_H

#include "model/diffusion/guide.h"
#include "model/tokenizer/tokenizer.h"

struct guide_row {
    int32_t *ids; /* [count] */
    int count;
    int *wanted; /* for each place, or for each group of the labels */
    int wanted_count;
};

struct guide_rows {
    struct labels labels; /* those that occur, in order of name; a trainer may take them over */
    struct guide_row *at;
    size_t count, dropped; /* dropped: lines of more than `most` tokens */
};

/* false: error names file and line. */
bool guide_rows_read(struct guide_rows *rows, const struct guide *guide, const struct tokenizer *tokenizer,
                     const char *const *files, size_t file_count, int most, struct lacuna_error *error);
void guide_rows_free(struct guide_rows *rows);

#endif
