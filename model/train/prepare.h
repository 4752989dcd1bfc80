/* prepare.h - plain text files into a prepared folder (corpus.h).
 *
 *     file -> paragraphs (one a line) -> sentences -> pieces; documents of some kilobytes; every 20th is kept
 * for valid, another for test
 *
 * Paragraphs are parted by blank lines, or by every line end in a file without blank lines. Sentences get no
 * labels. */
#ifndef MODEL_TRAIN_PREPARE_H
#define MODEL_TRAIN_PREPARE_H

#include "model/base/error.h"

#include <jansson.h>
#include <stdint.h>

struct preparation {
    const char *const *files; /* [file_count] UTF-8 text */
    size_t file_count;
    const char *tokenizer; /* a tokenizer.json to use, or NULL: learn one */
    int vocabulary; /* of the model that has that tokenizer; of the one to learn at most, where the text gives
                       so many */
    const json_t *attributes; /* what meta.json says about a model's attributes; NULL: none */
    const char *folder;       /* made where it is missing */
};
/* *tokens (may be NULL) receives the tokens of the train part. */
bool prepare_text(const struct preparation *preparation, uint64_t *tokens, struct lacuna_error *error);

#endif
