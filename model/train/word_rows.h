/* word_rows.h - lines of text as rows of one length over a vocabulary of whole words.
 *
 *     START word … word END PAD …            a line
 *     START source … END PAD … target … END PAD …   a line "source TAB target"; the target is open and begins
 *                                                   in the middle of the row, whatever the source's length
 *     slot … slot word … word END PAD …       a line "slot[value], slot[value] TAB text": a token for each
 *                                             value; the text can be a pair
 */
#ifndef MODEL_TRAIN_WORD_ROWS_H
#define MODEL_TRAIN_WORD_ROWS_H

#include "model/base/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What rows are made of; all is borrowed. */
struct word_source {
    const char *const *files; /* [file_count] UTF-8 lines or pairs of lines */
    size_t file_count;
    const char *const *controls; /* [control_count] lines with values in front */
    size_t control_count;
    int length;              /* of a row */
    int least;               /* occurrences that make a word one of the vocabulary … */
    const json_t *tokenizer; /* … unless this tokenizer.json says which are; NULL: none */
    bool masks;              /* the vocabulary has a mask, <mask> */
};

struct word_rows {
    json_t *tokenizer; /* in the form of a tokenizer.json */
    int32_t vocabulary;
    int32_t start, end, unknown, pad, mask, none; /* mask, none: -1 where there is none */
    int length;
    size_t count;
    int32_t *ids;       /* [count][length] */
    uint8_t *open;      /* [count][length]; NULL where no line is a pair */
    int slots;          /* most values of a line; 0: lines have none */
    int front;          /* places before the text: START, or the slots */
    int target;         /* where the targets of pairs begin */
    int32_t *values;    /* [count][slots] tokens of a line's values, `none` behind them */
    json_t *attributes; /* [{slot, value, token}] as a model's config.json lists them; NULL: none */
    size_t dropped;     /* lines that are longer than a row */
};

bool word_rows_read(struct word_rows *rows, const struct word_source *source, struct lacuna_error *error);
void word_rows_free(struct word_rows *rows);

#endif
