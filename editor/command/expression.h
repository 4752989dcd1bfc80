/* expression.h - the small sums and texts that "= and :let take: numbers, "texts", + - * / % . ( ),
 * repeat("ab", 3). */
#ifndef EDITOR_COMMAND_EXPRESSION_H
#define EDITOR_COMMAND_EXPRESSION_H

#include "editor/base/bytes.h"
#include "editor/base/error.h"

/* Appends the value as text. Whole numbers; division drops the rest. */
bool expression_evaluate(const char *text, struct bytes *out, struct error *error);

#endif
