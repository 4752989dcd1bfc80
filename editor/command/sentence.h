/* sentence.h - sentences: they end with . ! or ?, closing brackets and quotes after it, then a blank or the
 * line's end; empty lines part them too. */
#ifndef EDITOR_COMMAND_SENTENCE_H
#define EDITOR_COMMAND_SENTENCE_H

#include "editor/text/text.h"

#include <stdbool.h>

/* Moves to the begin of a sentence, the blanks between two being one of their own. False at the end. */
bool sentence_move(const struct text *text, size_t *offset, size_t count, bool forward);
/* Whether a line begins with what parts paragraphs (0) or sections ('{', '}'); `both`: a '}' too. */
bool line_parts(const struct text *text, size_t begin, int section, bool both);

#endif
