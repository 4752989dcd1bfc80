/* pattern.h - {"Regex": "…"}, {"String": "…"} or a bare string of tokenizer.json: what parts split and
 * replace by.
 *
 * Regular expressions are PCRE2's with Unicode classes; what they may cost per match is bounded. */
#ifndef MODEL_TOKENIZER_PATTERN_H
#define MODEL_TOKENIZER_PATTERN_H

#include "model/base/error.h"
#include "model/tokenizer/pieces.h"

#include <jansson.h>
#include <stdint.h>

struct pattern;

struct pattern *pattern_open(const json_t *value, struct lacuna_error *error);
struct pattern *pattern_from_regex(const char *regex, size_t size, struct lacuna_error *error);
void pattern_free(struct pattern *pattern);

struct match {
    size_t start, end;
    bool hit; /* it matched, or it lies between matches */
};

/* A list of matches and what lies between, that covers [0, size) in order; the caller's (free), *count long.
 */
struct match *pattern_cut(const struct pattern *pattern, const char *text, size_t size, size_t *count,
                          struct lacuna_error *error);

/* What a cut makes of matches, by the names that tokenizer.json uses. */
enum behavior { REMOVED, ISOLATED, MERGED_WITH_PREVIOUS, MERGED_WITH_NEXT, CONTIGUOUS };
bool behavior_read(enum behavior *behavior, const json_t *options, enum behavior otherwise,
                   struct lacuna_error *error);
/* Adds the pieces of text; empty ones are left out. `matches` is used up. */
void matches_to_pieces(struct match *matches, size_t count, enum behavior behavior, const char *text,
                       bool begins, struct pieces *out);
/* The cut by a property of single characters: every character that `is` is a match. */
struct match *letters_cut(bool (*is)(uint32_t code), const char *text, size_t size, size_t *count);

#endif
