/* bpe_train.h - a byte-level BPE vocabulary learnt from text (Sennrich, Haddow, Birch 2016).
 *
 *     struct piece_counts *counts = piece_counts_new(NULL, &error);
 *     piece_counts_add(counts, text, size, &error);                        // as often as there is text
 *     json_t *spec = bpe_train(counts, &recipe, &error);                   // a tokenizer.json
 *
 * Ids: the special tokens, then the 256 bytes, then the merges in the order learnt. Every merge takes the
 * pair that is most frequent at that time, the lower ids where several are; so the same text gives the same
 * vocabulary. */
#ifndef MODEL_TOKENIZER_BPE_TRAIN_H
#define MODEL_TOKENIZER_BPE_TRAIN_H

#include "model/base/error.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct piece_counts;

/* `regex` cuts text into pieces; NULL: GPT-2's with at most three digits a piece. Borrowed until
 * piece_counts_free. */
struct piece_counts *piece_counts_new(const char *regex, struct lacuna_error *error);
/* `text` is UTF-8; a piece never spans two calls. */
bool piece_counts_add(struct piece_counts *counts, const char *text, size_t size, struct lacuna_error *error);
size_t piece_counts_distinct(const struct piece_counts *counts);
void piece_counts_free(struct piece_counts *counts); /* NULL is fine */

struct bpe_recipe {
    int32_t vocabulary;          /* pieces in all: special tokens, bytes and merges */
    const char *const *specials; /* [special_count] spelled as in the vocabulary, ids 0… */
    size_t special_count;
    size_t pieces_max; /* most frequent pieces that are looked at; 0: 250,000 */
    void (*progress)(void *user, size_t merges, size_t wanted); /* may be NULL */
    void *user;
};

/* The caller's. NULL: the text gives fewer merges than the vocabulary needs, or two special tokens are alike.
 */
json_t *bpe_train(const struct piece_counts *counts, const struct bpe_recipe *recipe,
                  struct lacuna_error *error);
/* Writes a tokenizer.json. */
bool tokenizer_json_write(const char *path, const json_t *spec, struct lacuna_error *error);

#endif
