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

struct pattern_facts {
    bool ignores_case;
    bool in_selection;  /* \%V: matches lie in the last selection */
    bool crosses_lines; /* a match may contain a line feed */
};

/* Appends the PCRE2 pattern. False: it cannot be translated, *error says where. */
bool pattern_translate(const char *text, size_t size, const struct pattern_style *style, struct bytes *out,
                       struct pattern_facts *facts, struct error *error);
/* Where the pattern that begins at text ends: the first delimiter that is not escaped nor in brackets, or
 * size. */
size_t pattern_end(const char *text, size_t size, char delimiter, bool magic);

#endif
