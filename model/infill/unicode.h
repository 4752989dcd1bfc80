/* unicode.h - what a character is to a seam and to word counting. All text here is UTF-8. */
#ifndef MODEL_INFILL_UNICODE_H
#define MODEL_INFILL_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the well-formed character at `at` (1…4) and its code point; 0 where there is none in `size` bytes.
 */
size_t utf8_read(const char *at, size_t size, int32_t *point);
bool text_is_utf8(const char *text, size_t size);
/* The code point that ends, or begins, the text; -1 where it is empty or not well formed there. */
int32_t utf8_last(const char *text, size_t size);
int32_t utf8_first(const char *text, size_t size);

/* [^\W_] of Python's re: letters and numbers of any script. */
bool point_is_word(int32_t point);
bool point_is_letter(int32_t point);
/* A lower-case letter. */
bool point_is_lower(int32_t point);
/* Letters of scripts that put blanks between words, so that such a letter beside a hole means a word cut in
 * two. */
bool point_is_spaced(int32_t point);
/* ' and U+2019. */
bool point_is_apostrophe(int32_t point);
/* White space of one line: blank, no-break blank, the blanks of Unicode; not tab or line break. */
bool point_is_blank(int32_t point);
bool point_is_break(int32_t point);
/* May stand in a fill: no control character, no surrogate, no private use, no U+FFFD, nothing unassigned;
 * line feed only with `newlines`. */
bool point_is_plain(int32_t point, bool newlines);
/* Every character is plain; an empty text is. */
bool text_is_plain(const char *text, size_t size, bool newlines);

/* Words of `[^\W_]+(?:['’][^\W_]+)*` in the text by itself. */
int text_words(const char *text, size_t size);
/* Next such word at or after *at: its bytes [*start, *end); moves *at behind it. */
bool text_next_word(const char *text, size_t size, size_t *at, size_t *start, size_t *end);

#endif
