/* place.h - places in a text as vi knows them: characters (grapheme clusters), lines, cell columns. An offset
 * at a line feed is the place behind the last character of its line. */
#ifndef EDITOR_COMMAND_PLACE_H
#define EDITOR_COMMAND_PLACE_H

#include "editor/text/text.h"

#include <stdbool.h>
#include <stdint.h>

/* The code point at an offset; a byte that is no UTF-8 gives PLACE_INVALID + byte, the end gives PLACE_END.
 */
enum { PLACE_INVALID = 0x200000, PLACE_END = 0x300000 };
uint32_t place_code(const struct text *text, size_t offset);
/* The same with the code's size in bytes. */
uint32_t place_decode(const struct text *text, size_t offset, size_t *size);
/* The character after and before; the end of the text and 0 where there is none. */
size_t place_next(const struct text *text, size_t offset);
size_t place_previous(const struct text *text, size_t offset);
/* The begin of the character that an offset may be inside of. */
size_t place_snap(const struct text *text, size_t offset);

/* Lines: begin, end (its line feed or the end), the last character (begin where the line is empty). */
size_t place_begin(const struct text *text, size_t offset);
size_t place_end(const struct text *text, size_t offset);
size_t place_last(const struct text *text, size_t offset);
bool place_is_empty_line(const struct text *text, size_t offset);
/* The first character of the line that is no blank; the line's end where all are. */
size_t place_nonblank(const struct text *text, size_t offset);
/* Number of lines, at least 1; the line of an offset; where a line begins (the last line's begin beyond it).
 */
size_t place_lines(const struct text *text);
size_t place_line(const struct text *text, size_t offset);
size_t place_line_begin(const struct text *text, size_t line);
/* Begin of the next or previous line; false at the last or first. */
bool place_next_line(const struct text *text, size_t *offset);
bool place_previous_line(const struct text *text, size_t *offset);
/* One step on, a line feed being a place of its own: 0 on a character, 2 now behind the last of a line, 1 on
 * the next line, -1 at the end of the text (not moved). Back: 0, 1 now behind the last of the line before,
 * -1. */
int place_step(const struct text *text, size_t *offset);
int place_step_back(const struct text *text, size_t *offset);
/* The same without the place behind the last character, unless the line is empty. */
int place_step_over(const struct text *text, size_t *offset);
int place_step_back_over(const struct text *text, size_t *offset);

/* Cells of the character at an offset that begins in a column. */
size_t place_width(const struct text *text, size_t offset, size_t column, size_t tabstop);
size_t place_column(const struct text *text, size_t offset, size_t tabstop);
/* The character of the line that covers a column: the last one's where the line is shorter, its end where it
 * is empty. *begins is the column where it begins; `past`: the line's end instead of the last character. */
size_t place_at_column(const struct text *text, size_t begin, size_t column, size_t tabstop, bool past,
                       size_t *begins);

/* Word characters: letters, digits, underscore. Classes: 0 blank, 1 punctuation, 2 and above words by script.
 */
bool code_is_word(uint32_t code);
bool code_is_blank(uint32_t code);
int code_class(uint32_t code, bool big);

#endif
