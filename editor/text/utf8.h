/* utf8.h - what the bytes of a text mean: units, grapheme clusters, cells, kinds of characters.
 *
 * A unit is a code point encoded well, or one byte that belongs to no well-formed sequence and stands for
 * itself: its code is then minus the byte. A cluster is what a person takes for one character (Unicode
 * Standard Annex 29, extended grapheme clusters): a letter with its accents, a flag, a family of emoji, CR
 * LF. A byte that stands for itself is a cluster.
 *
 * Everything takes bounded time from any offset: a run of joined units longer than CLUSTER_LIMIT is cut
 * there. */
#ifndef EDITOR_TEXT_UTF8_H
#define EDITOR_TEXT_UTF8_H

#include "editor/text/text.h"

#include <stdint.h>

enum { CLUSTER_LIMIT = 1024, UNIT_SHOWN_SIZE = 16 };

struct unit {
    int32_t code;  /* a code point, or minus a byte */
    unsigned size; /* bytes; 0 where there is nothing */
};

/* The unit at the start of bytes. */
struct unit unit_decode(const char *bytes, size_t size);
/* The unit that ends where bytes end. */
struct unit unit_decode_before(const char *bytes, size_t size);
/* Writes a unit's bytes; returns how many. A code that is no Unicode scalar value is written as U+FFFD. */
unsigned unit_encode(int32_t code, char out[4]);

/* Cells that a unit takes: 2 for wide characters, 0 for combining ones and for a tab (the view knows where it
 * ends), and for what unit_show spells out the length of that. */
int unit_width(int32_t code);
/* How a unit that would be invisible or harmful on a screen is spelled in ASCII: ^X for control characters,
 * \x80 for a byte, <200b> for invisible format characters and the controls U+0080 to U+009F. Returns the
 * length, 0 for a unit that is shown as it is (tab and line feed are ^I and ^J). */
unsigned unit_show(int32_t code, char out[UNIT_SHOWN_SIZE]);

/* Kinds of characters; words in the sense of vi are runs of one kind other than KIND_BLANK. */
enum kind {
    KIND_BLANK,
    KIND_PUNCTUATION,
    KIND_WORD,
    KIND_HAN,
    KIND_HIRAGANA,
    KIND_KATAKANA,
    KIND_HANGUL,
    KIND_EMOJI
};
enum kind unit_kind(int32_t code);
/* Blank, tab, line feed or another white space. */
bool unit_is_blank(int32_t code);
bool unit_is_upper(int32_t code);
bool unit_is_lower(int32_t code);
int32_t unit_to_upper(int32_t code);
int32_t unit_to_lower(int32_t code);

/* The unit at an offset, and the one that ends at it; size 0 at the ends of the text. */
struct unit text_unit(const struct text *text, size_t offset);
struct unit text_unit_before(const struct text *text, size_t offset);
/* Where the unit begins that an offset lies in. */
size_t text_unit_start(const struct text *text, size_t offset);

/* Where the cluster ends that begins at an offset; text_size at the end. */
size_t text_cluster_next(const struct text *text, size_t offset);
/* Where the cluster begins that ends at an offset; 0 at the start. */
size_t text_cluster_before(const struct text *text, size_t offset);
/* Where the cluster begins that an offset lies in. */
size_t text_cluster_start(const struct text *text, size_t offset);
/* Cells of the cluster [start, end): at least 1, but 0 for a tab or a line feed. */
int text_cluster_width(const struct text *text, size_t start, size_t end);

/* The same in plain memory: the size of the first cluster, the size of the last one, the cells of one. */
size_t cluster_size(const char *bytes, size_t size);
size_t cluster_size_before(const char *bytes, size_t size);
int cluster_width(const char *bytes, size_t size);

#endif
