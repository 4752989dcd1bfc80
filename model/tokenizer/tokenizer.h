/* tokenizer.h - text to token ids and back, byte for byte.
 *
 *     text -> added tokens cut out -> normalizer -> pre-tokenizer -> model (BPE, WordPiece, characters) ->
 * ids
 *
 * A tokenizer is read-only after opening: any number of threads may use one. Its encode keeps no cache that
 * is shared. */
#ifndef MODEL_TOKENIZER_TOKENIZER_H
#define MODEL_TOKENIZER_TOKENIZER_H

#include "model/base/error.h"

#include <jansson.h>
#include <stdint.h>

struct tokenizer;

/* A growing list of ids; zero is an empty one. ids_free empties it. */
struct ids {
    int32_t *at;
    size_t count, room;
};
void ids_push(struct ids *ids, int32_t id);
void ids_append(struct ids *ids, const int32_t *more, size_t count);
void ids_free(struct ids *ids);

/* From a model's folder (tokenizer.json, else vocab.json with merges.txt, else vocab.json alone, a character
 * vocabulary, else vocab.txt, else what config.json says of characters) or one such file. NULL: error names
 * the file, the part and the reason. */
struct tokenizer *tokenizer_open(const char *path, struct lacuna_error *error);
/* Whether tokenizer_open would find something to read at `path`. */
bool tokenizer_is_there(const char *path);
/* Ids below `count` called by their numbers, for a model without a tokenizer. */
struct tokenizer *tokenizer_of_numbers(int32_t count, struct lacuna_error *error);
/* From the content of a tokenizer.json; `name` is what errors call it. `spec` is not needed afterwards. */
struct tokenizer *tokenizer_from_json(const json_t *spec, const char *name, struct lacuna_error *error);
/* What tokenizer_open would read, in the form of a tokenizer.json; the caller's (json_decref). */
json_t *tokenizer_spec(const char *path, struct lacuna_error *error);
void tokenizer_close(struct tokenizer *tokenizer); /* NULL is fine */

/* Appends the ids of `text`. Never fails on content: bytes that are no UTF-8 are kept where the model has
 * byte tokens. With `special`, special tokens written out in the text are recognised; without, they are plain
 * text. */
bool tokenizer_encode(const struct tokenizer *tokenizer, const char *text, size_t size, bool special,
                      struct ids *out, struct lacuna_error *error);
/* What the post-processor puts before and after a text (BOS, [CLS], EOS, …), which tokenizer_encode leaves to
 * its caller. */
const struct ids *tokenizer_before(const struct tokenizer *tokenizer);
const struct ids *tokenizer_after(const struct tokenizer *tokenizer);
/* The bytes of ids, malloc'd and ended by a 0 byte (not counted in *size); special tokens are left out unless
 * `special`. The whole decoder runs (WordPiece joins, Metaspace blanks, …). An id out of range is an error.
 */
char *tokenizer_decode(const struct tokenizer *tokenizer, const int32_t *ids, size_t count, bool special,
                       size_t *size, struct lacuna_error *error);
/* The bytes that one id stands for inside running text (a byte-level piece's real bytes); NULL and 0 for
 * special tokens and ids out of range. Borrowed. */
const char *tokenizer_piece(const struct tokenizer *tokenizer, int32_t id, size_t *size);
/* The token as the vocabulary spells it ("<mask>", "Ġthe"), NULL out of range. */
const char *tokenizer_spelling(const struct tokenizer *tokenizer, int32_t id);
/* -1 where there is no such token (spelled as the vocabulary does). */
int32_t tokenizer_id(const struct tokenizer *tokenizer, const char *spelling);
bool tokenizer_is_special(const struct tokenizer *tokenizer, int32_t id);
/* One more than the largest id. */
int32_t tokenizer_size(const struct tokenizer *tokenizer);
/* "byte-level BPE, 8192 pieces" */
const char *tokenizer_describe(const struct tokenizer *tokenizer);

#endif
