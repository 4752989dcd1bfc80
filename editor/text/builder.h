/* builder.h - a text put together from the start to the end: long spans of other texts are shared, short ones
 * copied into common pieces, so that a million replacements make some hundred pieces and not two million. */
#ifndef EDITOR_TEXT_BUILDER_H
#define EDITOR_TEXT_BUILDER_H

#include "editor/text/text.h"

struct text_builder;

struct text_builder *text_builder_new(void);
void text_builder_bytes(struct text_builder *builder, const char *bytes, size_t size);
void text_builder_span(struct text_builder *builder, const struct text *text, struct span span);
/* The text so far, the caller's; frees the builder. */
struct text *text_builder_finish(struct text_builder *builder);

#endif
