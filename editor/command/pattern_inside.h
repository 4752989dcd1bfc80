/* pattern_inside.h - what the two files of the translator share: its state, and sets of characters. */
#ifndef EDITOR_COMMAND_PATTERN_INSIDE_H
#define EDITOR_COMMAND_PATTERN_INSIDE_H

#include "editor/command/pattern.h"

enum { PATTERN_DEPTH = 100 };

/* How much is special without a backslash: \V \M \m \v. */
enum magic { MAGIC_NONE, MAGIC_LITTLE, MAGIC_MOST, MAGIC_ALL };

struct translator {
    const char *text;
    size_t at, size;
    struct bytes *out;
    const struct pattern_style *style;
    struct pattern_facts *facts;
    struct error *error;
    enum magic magic;
    int depth, case_flag;    /* 'c', 'C' or 0 */
    unsigned groups, behind; /* behind: open lookaheads of \ze */
    bool has_upper;
};

/* Appends PCRE2 as it is; characters that match themselves. */
void pattern_emit(struct translator *t, const char *text);
void pattern_literal(struct bytes *out, const char *bytes, size_t size);
/* Bytes of the character that begins bytes. */
size_t pattern_unit(const char *bytes, size_t size);

/* The set that \\s, \\d and the like stand for, as it stands in brackets; NULL: the letter names none. */
const char *pattern_class(char letter);
void pattern_emit_class(struct translator *t, char letter, bool with_feed);
/* A number after \\%d, \\%x, \\%u, \\%o: how many bytes it takes, 0 if none. */
size_t pattern_code(const char *text, size_t size, char kind, uint32_t *code);
/* Where the brackets close whose inside begins at `at`; 0 where they do not. */
size_t pattern_brackets_end(const char *text, size_t size, size_t at);
/* Translates brackets from behind their '[' on; with_feed: a line feed matches too. */
bool pattern_emit_brackets(struct translator *t, size_t begin, bool with_feed);

#endif
