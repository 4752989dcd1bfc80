/* files.h - tokenizers that are not a tokenizer.json, put into its form. */
#ifndef MODEL_TOKENIZER_FILES_H
#define MODEL_TOKENIZER_FILES_H

#include "model/base/error.h"

#include <jansson.h>
#include <stdint.h>

/* vocab.json and merges.txt of a folder; tokenizer_config.json tells GPT-2's rules from Qwen2's and lists
 * added tokens. The caller's. */
json_t *spec_from_merges(const char *folder, struct lacuna_error *error);
/* vocab.txt of WordPiece; tokenizer_config.json says whether it is lower case. Its `vocab` is the list of
 * lines, null where one is empty, which takes half the memory of an object. */
json_t *spec_from_words(const char *folder, struct lacuna_error *error);
/* vocab.json without merges: one character a token, or one word where it has Diffusion-LM's marks START, END
 * and UNK. */
json_t *spec_from_vocabulary(const char *folder, struct lacuna_error *error);
/* config.json of a model whose ids are ASCII codes, 0 the mask. */
json_t *spec_from_ascii(const json_t *config, struct lacuna_error *error);
/* Words, START before and END behind a text; takes over vocab. */
bool vocabulary_is_words(const json_t *vocab);
json_t *spec_from_word_list(json_t *vocab);
/* Tokens that are called by their numbers, where a vocabulary is not at hand. */
json_t *spec_from_numbers(int64_t size, struct lacuna_error *error);
/* The rules of byte-level BPE around a vocabulary: `regex` NULL is GPT-2's; takes over vocab and merges. */
json_t *spec_byte_level(json_t *vocab, json_t *merges, const char *regex, bool compose);
/* Adds a special token to a spec. */
void spec_add_special(json_t *spec, const char *content, json_int_t id);
/* Splits {"a b", …} lines of merges.txt; NULL: error. */
json_t *merges_from_lines(const char *path, struct lacuna_error *error);

#endif
