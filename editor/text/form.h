/* form.h - between the bytes of a file and a text: encodings, byte order marks, line ends. Private to the
 * text core.
 *
 * Reading converts only what writing gives back byte for byte; everything else stays as it is. */
#ifndef EDITOR_TEXT_FORM_H
#define EDITOR_TEXT_FORM_H

#include "editor/text/file.h"

/* Takes over the malloc'd bytes of a whole file and gives its text; *form becomes what was found. `asked` may
 * be NULL. */
struct text *form_decode(char *bytes, size_t size, const struct file_form *asked, struct file_form *form);
/* Whether bytes from the start of a file show that the whole of it must be looked at: a mark, or a carriage
 * return. */
bool form_needs_decoding(const char *bytes, size_t size);

/* Takes bytes of the file in order; false with *error stops. */
typedef bool form_emit(void *user, const char *bytes, size_t size, struct error *error);
/* Emits what a file that holds a span of a text in a form consists of; `mark` is whether a byte order mark
 * comes first. */
bool form_encode(const struct text *text, struct span span, const struct file_form *form, bool mark,
                 form_emit *emit, void *user, struct error *error);

#endif
