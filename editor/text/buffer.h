/* buffer.h - where the bytes of pieces live; private to the text core.
 *
 * A fixed buffer (a file, a large insertion) never changes. A growing buffer takes small insertions one after
 * the other: bytes once written never change, and room is reserved atomically, so texts that share it may be
 * edited on different threads. Buffers are counted atomically; each piece owns its buffer.
 *
 * A large fixed buffer counts its line feeds in blocks when first asked: `sums[k]` is the number of line
 * feeds in the first k blocks, known for k <= counted. Threads that count at once write the same numbers. */
#ifndef EDITOR_TEXT_BUFFER_H
#define EDITOR_TEXT_BUFFER_H

#include "editor/text/stamp.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

enum { BUFFER_BLOCK = 16384, BUFFER_GROWING_LIMIT = 65536 };

struct buffer {
    atomic_uint owners;
    bool mapped, growing;
    int descriptor;          /* owned: the mapped file, to see whether it was changed; -1: none */
    struct file_stamp stamp; /* of the mapped file then */
    atomic_bool detached;    /* of a mapped one: its pages are copies by now */
    char *bytes;
    size_t size;        /* capacity of a growing buffer */
    atomic_size_t used; /* of a growing buffer */
    _Atomic(atomic_size_t *) sums;
    atomic_size_t counted;
};

/* Takes over a malloc'd block. */
struct buffer *buffer_take(char *bytes, size_t size);
/* Takes over a private file mapping and its open file. */
struct buffer *buffer_map(char *bytes, size_t size, int descriptor, const struct file_stamp *stamp);
struct buffer *buffer_new_growing(size_t capacity);
struct buffer *buffer_keep(struct buffer *buffer);
void buffer_free(struct buffer *buffer);

/* Copies bytes behind what a growing buffer holds; NULL where they do not fit. */
const char *buffer_append(struct buffer *buffer, const char *bytes, size_t size);
/* Copies bytes right behind `end` if that is where the next byte goes and they fit. */
bool buffer_extend(struct buffer *buffer, const char *end, const char *bytes, size_t size);

/* Line feeds in bytes, which lie in the buffer. */
size_t buffer_line_feeds(struct buffer *buffer, const char *bytes, size_t size);
/* Where the nth line feed (from 1) of bytes is, or `size` with its line feeds in *count; counts no further
 * than needed. */
size_t buffer_find_line_feed(struct buffer *buffer, const char *bytes, size_t size, size_t nth,
                             size_t *count);

/* Brings in bytes of a mapped buffer that are about to be read, all at once instead of page by page. */
void buffer_prepare(const struct buffer *buffer, const char *bytes, size_t size);

/* Line feeds in plain memory. */
size_t line_feeds_count(const char *bytes, size_t size);

#endif
