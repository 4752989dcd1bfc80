/* added.h - tokens that are cut out of a text before everything else: special ones, and others that a
 * tokenizer adds. */
#ifndef MODEL_TOKENIZER_ADDED_H
#define MODEL_TOKENIZER_ADDED_H

#include "model/tokenizer/tokenizer.h"

#include <jansson.h>

struct added_token {
    char *content;
    size_t size;
    int32_t id;
    bool special, single_word, strip_left, strip_right;
};

/* Zero is an empty set. */
struct added {
    struct added_token *at; /* in order of content once added_ready was called */
    size_t count, room;
    size_t first[257]; /* [byte]: the first token whose content begins with it */
};

void added_put(struct added *added, const struct added_token *token); /* takes over its content */
void added_ready(struct added *added);
void added_free(struct added *added);

struct added_match {
    size_t start, end; /* with the blanks that the token takes in */
    int32_t id;
};
/* The first match at or after `from`, the longest where several begin alike; special ones only with
 * `special`. */
bool added_find(const struct added *added, const char *text, size_t size, size_t from, bool special,
                struct added_match *match);

#endif
