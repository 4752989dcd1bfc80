/* literal.h - plain byte strings: found quickly, and recognised in patterns. Private to the text core. */
#ifndef EDITOR_TEXT_LITERAL_H
#define EDITOR_TEXT_LITERAL_H

#include "editor/base/bytes.h"

#include <stdbool.h>

/* The first place of the needle in bytes; NULL where there is none. An empty needle is at the start. */
const char *literal_find(const char *bytes, size_t size, const char *needle, size_t needle_size);
/* Whether a PCRE2 pattern stands for one byte string, and which. */
bool literal_of_pattern(const char *pattern, size_t size, struct bytes *out);

#endif
