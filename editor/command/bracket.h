/* bracket.h - pairs of brackets in a text, quotes heeded as vi heeds them. */
#ifndef EDITOR_COMMAND_BRACKET_H
#define EDITOR_COMMAND_BRACKET_H

#include "editor/text/text.h"

#include <stdbool.h>
#include <stdint.h>

struct pair {
    uint32_t open, close;
};

/* The partner of the bracket at an offset. */
bool bracket_partner(const struct text *text, size_t offset, struct pair pair, size_t *partner);
/* The nearest bracket around an offset that has no partner between: `open` before it, else the closing one
 * behind it. */
bool bracket_around(const struct text *text, size_t offset, struct pair pair, bool open, size_t *found);

/* The next opening bracket that no closing one comes before. */
bool bracket_ahead(const struct text *text, size_t offset, struct pair pair, size_t *found);

#endif
