/* word_rows.h - lines of text as rows of one length over a vocabulary of whole words.
 *
 *     START word … word END PAD …            a line
 *     START source … END target … END PAD …   a line "source TAB target"; the target is open */
#ifndef MODEL_TRAIN_WORD_ROWS_H
#define MODEL_TRAIN_WORD_ROWS_H

#include "model/base/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct word_rows {
    json_t *tokenizer; /* in the form of a tokenizer.json */
    int32_t vocabulary;
    int32_t start, end, unknown, pad;
    int length;
    size_t count;
    int32_t *ids;   /* [count][length] */
    uint8_t *open;  /* [count][length]; NULL where all lines are one text */
    size_t dropped; /* lines that are longer than a row */
};

/* Reads files of UTF-8 lines. The vocabulary is every word that occurs `least` times, or that of `tokenizer`
 * (a tokenizer.json from before; NULL: none). false: error. */
bool word_rows_read(struct word_rows *rows, const char *const *files, size_t file_count, int length,
                    int least, const json_t *tokenizer, struct lacuna_error *error);
void word_rows_free(struct word_rows *rows);

#endif
