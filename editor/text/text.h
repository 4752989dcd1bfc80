/* text.h - the text: an immutable, balanced tree of pieces. No I/O beyond mapping, no screen, no threads.
 *
 *     root -- [ original 0..41 ] [ added 0..6 ] [ original 58..90 ]
 *
 * A piece never changes; an edit builds a new root that shares every untouched node (path copying). So a
 * snapshot is O(1), undo keeps old roots, a fill reads one root on its thread while the user types into the
 * next, and an edit costs O(log n). Owners are counted atomically: a snapshot may be kept and freed on
 * another thread.
 *
 * Offsets are bytes from 0; spans are [start, end). A line is what a line feed ends; line numbers here count
 * from 0. The bytes are whatever the file held: UTF-8 is a matter of utf8.h, line ends and encodings of
 * file.h. Lines of a large mapped file are counted when first asked for, so opening one costs nothing. */
#ifndef EDITOR_TEXT_TEXT_H
#define EDITOR_TEXT_TEXT_H

#include "editor/base/error.h"

#include <stddef.h>

struct text; /* opaque, counted, immutable */

struct span {
    size_t start, end;
};

/* A copy of the bytes as one text. */
struct text *text_new(const char *bytes, size_t size);
struct text *text_keep(struct text *text); /* one more owner */
void text_free(struct text *text);         /* one owner fewer; NULL is fine */

size_t text_size(const struct text *text);

/* New text in which `span` reads `bytes`; `text` stays the caller's. The span is clipped to the text.
 * Consecutive insertions at one place grow one piece, so typing does not fragment the tree. */
struct text *text_replace(const struct text *text, struct span span, const char *bytes, size_t size);
/* New text in which `span` reads what `from` holds in `source`; shares pieces, copies no bytes. */
struct text *text_splice(const struct text *text, struct span span, const struct text *from,
                         struct span source);

/* Contiguous bytes at `offset`: sets *size to how many follow in this piece (0 at the end of the text).
 * Borrowed. */
const char *text_chunk(const struct text *text, size_t offset, size_t *size);
/* Contiguous bytes that end at `offset`: *size of them lie before the returned pointer's end (pointer + *size
 * = offset). */
const char *text_chunk_before(const struct text *text, size_t offset, size_t *size);
/* Copies up to `size` bytes from `offset`; returns how many. */
size_t text_read(const struct text *text, size_t offset, char *out, size_t size);
/* The bytes of a span, malloc'd and ended by a 0 byte. */
char *text_copy(const struct text *text, struct span span);
/* The byte at offset, or -1 at and beyond the end. */
int text_byte(const struct text *text, size_t offset);

/* Number of line feeds. */
size_t text_line_feeds(const struct text *text);
/* The line that `offset` is on (line feeds before it). */
size_t text_line_of(const struct text *text, size_t offset);
/* Where a line begins; text_size beyond the last. */
size_t text_line_start(const struct text *text, size_t line);
/* Where the line that `offset` is on begins, and where its line feed (or the end of the text) is: local
 * scans. */
size_t text_line_begin(const struct text *text, size_t offset);
size_t text_line_end(const struct text *text, size_t offset);
/* Next / previous place of a byte: text_size / (size_t)-1 where there is none. Search is [offset, end) / [0,
 * offset). */
size_t text_find_byte(const struct text *text, size_t offset, char byte);
size_t text_find_byte_before(const struct text *text, size_t offset, char byte);

/* Whether every invariant of the tree holds: for tests, O(n). */
bool text_check(const struct text *text);

#endif
