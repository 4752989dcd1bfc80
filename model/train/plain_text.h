/* plain_text.h - plain text as paragraphs and sentences, for training. */
#ifndef MODEL_TRAIN_PLAIN_TEXT_H
#define MODEL_TRAIN_PLAIN_TEXT_H

#include "model/base/buffer.h"

#include <stdbool.h>

/* Appends the text with one paragraph a line: carriage returns, blanks at line ends and blank lines go; in
 * text with blank lines, the lines of a paragraph are joined by a blank. Ends with a line feed unless it is
 * empty. */
void plain_text_clean(const char *text, size_t size, struct buffer *out);

/* The size of the first sentence of a paragraph: up to a full stop, question or exclamation mark with its
 * closing quotes and brackets, where a blank and a capital, a digit or an opening quote follow; the blank
 * belongs to the next sentence. */
size_t plain_text_sentence(const char *text, size_t size);

#endif
