/* pattern.h - patterns in vi's notation (with vim's \v \m \M \V) as PCRE2 patterns. */
#ifndef EDITOR_COMMAND_PATTERN_H
#define EDITOR_COMMAND_PATTERN_H

#include "editor/base/bytes.h"
#include "editor/base/error.h"

#include <stddef.h>
#include <stdint.h>

struct pattern_style {
    bool magic, ignorecase, smartcase;
    const char *replacement; /* what ~ stands for; NULL: nothing yet */
};

/* What \%V \%# \%23l \%23c \%23v \%'m ask of a place, as (?Cn) in the pattern. */
struct pattern_condition {
    char kind;     /* V # l c v ' */
    int order;     /* -1: before the number or mark, 0: at it, 1: behind */
    size_t number; /* from 1, or the mark's name */
};
enum { PATTERN_CONDITIONS = 16 };

struct pattern_facts {
    bool ignores_case;
    bool crosses_lines;                                      /* a match may contain a line feed */
    struct pattern_condition conditions[PATTERN_CONDITIONS]; /* of (?C1), (?C2), … */
    unsigned condition_count;
};

/* Appends the PCRE2 pattern. False: it cannot be translated, *error says where. */
bool pattern_translate(const char *text, size_t size, const struct pattern_style *style, struct bytes *out,
                       struct pattern_facts *facts, struct error *error);
/* Where the pattern that begins at text ends: the first delimiter that is not escaped nor in brackets, or
 * size. */
size_t pattern_end(const char *text, size_t size, char delimiter, bool magic);

/* The pattern that a text is found by, as it stands. The caller's. */
char *pattern_of_text(const char *text);

#endif
