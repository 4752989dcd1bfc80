/* prepare_parts.h - what prepare.c and prepare_pairs.c share; nobody else includes it. */
#ifndef MODEL_TRAIN_PREPARE_PARTS_H
#define MODEL_TRAIN_PREPARE_PARTS_H

#include "model/base/buffer.h"
#include "model/base/error.h"
#include "model/tokenizer/tokenizer.h"

#include <jansson.h>
#include <stdint.h>

enum { SPLITS = 3, SPECIALS = 6 };
extern const char *const specials[SPECIALS];

/* What one split's files will hold. */
struct split {
    struct buffer tokens, documents, sentences;
    uint32_t count;
};

/* `ids` is scratch. */
bool split_add(struct split *split, const struct tokenizer *tokenizer, const char *text, size_t size,
               struct ids *ids, struct lacuna_error *error);
/* Writes train, valid and test, and meta.json with `vocabulary` and what `meta` says, which is taken over. */
bool splits_write(const struct split *splits, const char *folder, int vocabulary, json_t *meta,
                  struct lacuna_error *error);
void splits_free(struct split *splits);
/* A tokenizer.json of at most `vocabulary` pieces learnt from lines, or of as many as they give. */
bool pieces_learn(const struct buffer *lines, const char *const *names, size_t name_count, int vocabulary,
                  const char *path, struct lacuna_error *error);

#endif
