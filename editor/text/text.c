#include "editor/text/text.h"
#include "editor/text/text_inside.h"
#include "editor/base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { SCAN_LIMIT = 65536, GROWING_START = 1024 };

struct text *text_from_tree(struct node *root, struct buffer *growing)
{
    struct text *text = memory_new(sizeof *text);
    atomic_init(&text->owners, 1);
    text->root = root;
    text->growing = growing;
    return text;
}

struct text *text_from_buffer(struct buffer *buffer)
{
    struct node *root = node_leaf(buffer, buffer->bytes, buffer->size);
    buffer_free(buffer);
    return text_from_tree(root, NULL);
}

struct text *text_new(const char *bytes, size_t size)
{
    if (!size)
        return text_from_tree(NULL, NULL);
    char *copy = memory_new(size);
    memcpy(copy, bytes, size);
    return text_from_buffer(buffer_take(copy, size));
}

struct text *text_keep(struct text *text)
{
    atomic_fetch_add_explicit(&text->owners, 1, memory_order_relaxed);
    return text;
}

void text_free(struct text *text)
{
    if (!text || atomic_fetch_sub_explicit(&text->owners, 1, memory_order_acq_rel) != 1)
        return;
    node_free(text->root);
    buffer_free(text->growing);
    free(text);
}

size_t text_size(const struct text *text)
{
    return node_size(text->root);
}

bool text_check(const struct text *text)
{
    return atomic_load(&text->owners) > 0 && node_check(text->root);
}

static struct span clip(const struct text *text, struct span span)
{
    size_t size = text_size(text);
    if (span.end > size)
        span.end = size;
    if (span.start > span.end)
        span.start = span.end;
    return span;
}

/* Stores small insertions in the growing buffer, large ones in their own; *growing is what the new text
 * keeps. */
static struct node *store(struct buffer **growing, const char *bytes, size_t size)
{
    if (!size)
        return NULL;
    if (size > BUFFER_GROWING_LIMIT / 4) {
        char *copy = memory_new(size);
        memcpy(copy, bytes, size);
        struct buffer *own = buffer_take(copy, size);
        struct node *leaf = node_leaf(own, copy, size);
        buffer_free(own);
        return leaf;
    }
    const char *place = *growing ? buffer_append(*growing, bytes, size) : NULL;
    if (!place) {
        size_t capacity = *growing ? (*growing)->size * 2 : GROWING_START;
        while (capacity < size * 2)
            capacity *= 2;
        buffer_free(*growing);
        *growing = buffer_new_growing(capacity < BUFFER_GROWING_LIMIT ? capacity : BUFFER_GROWING_LIMIT);
        place = buffer_append(*growing, bytes, size);
    }
    return node_leaf(*growing, place, size);
}

/* Whether the piece that ends at `offset` could be continued in place with the bytes, which then stand there.
 */
static bool continue_piece(const struct text *text, size_t offset, const char *bytes, size_t size)
{
    if (!offset || !size || !text->growing)
        return false;
    size_t inside = offset - 1;
    const struct node *leaf = node_find(text->root, &inside);
    return inside + 1 == leaf->size && leaf->buffer == text->growing &&
           buffer_extend(leaf->buffer, leaf->bytes + leaf->size, bytes, size);
}

static struct text *text_put(const struct text *text, struct span span, struct node *middle,
                             struct buffer *growing, size_t grow)
{
    struct node *before, *rest, *removed = NULL, *after;
    node_split(text->root, span.start, &before, &rest);
    if (span.end > span.start) {
        node_split(rest, span.end - span.start, &removed, &after);
        node_free(rest);
        node_free(removed);
    } else {
        after = rest;
    }
    if (grow)
        before = node_grow_last(before, grow);
    return text_from_tree(node_join(node_join(before, middle), after), growing);
}

struct text *text_replace(const struct text *text, struct span span, const char *bytes, size_t size)
{
    span = clip(text, span);
    struct buffer *growing = text->growing ? buffer_keep(text->growing) : NULL;
    if (continue_piece(text, span.start, bytes, size))
        return text_put(text, span, NULL, growing, size);
    struct node *middle = store(&growing, bytes, size);
    return text_put(text, span, middle, growing, 0);
}

struct text *text_splice(const struct text *text, struct span span, const struct text *from,
                         struct span source)
{
    span = clip(text, span);
    source = clip(from, source);
    struct node *middle = node_slice(from->root, source.start, source.end);
    return text_put(text, span, middle, text->growing ? buffer_keep(text->growing) : NULL, 0);
}

const char *text_chunk(const struct text *text, size_t offset, size_t *size)
{
    if (offset >= text_size(text)) {
        *size = 0;
        return "";
    }
    const struct node *leaf = node_find(text->root, &offset);
    *size = leaf->size - offset;
    return leaf->bytes + offset;
}

const char *text_chunk_before(const struct text *text, size_t offset, size_t *size)
{
    if (offset > text_size(text))
        offset = text_size(text);
    if (!offset) {
        *size = 0;
        return "";
    }
    offset--;
    const struct node *leaf = node_find(text->root, &offset);
    *size = offset + 1;
    return leaf->bytes;
}

size_t text_read(const struct text *text, size_t offset, char *out, size_t size)
{
    size_t done = 0, chunk;
    while (done < size) {
        const char *bytes = text_chunk(text, offset + done, &chunk);
        if (!chunk)
            break;
        if (chunk > size - done)
            chunk = size - done;
        memcpy(out + done, bytes, chunk);
        done += chunk;
    }
    return done;
}

char *text_copy(const struct text *text, struct span span)
{
    span = clip(text, span);
    char *copy = memory_new(span.end - span.start + 1);
    copy[text_read(text, span.start, copy, span.end - span.start)] = 0;
    return copy;
}

int text_byte(const struct text *text, size_t offset)
{
    if (offset >= text_size(text))
        return -1;
    const struct node *leaf = node_find(text->root, &offset);
    return (unsigned char)leaf->bytes[offset];
}

size_t text_line_feeds(const struct text *text)
{
    return node_line_feeds(text->root);
}

size_t text_line_of(const struct text *text, size_t offset)
{
    return node_line_of(text->root, offset);
}

size_t text_line_start(const struct text *text, size_t line)
{
    if (!line)
        return 0;
    size_t count, at = node_find_line_feed(text->root, line, &count);
    return count == line ? at + 1 : text_size(text);
}

/* First `byte` in [offset, end), or end. */
static size_t find_within(const struct text *text, size_t offset, size_t end, char byte)
{
    size_t chunk;
    while (offset < end) {
        const char *bytes = text_chunk(text, offset, &chunk);
        if (chunk > end - offset)
            chunk = end - offset;
        const char *found = memchr(bytes, byte, chunk);
        if (found)
            return offset + (size_t)(found - bytes);
        offset += chunk;
    }
    return end;
}

/* Last `byte` in [start, offset), or -1. */
static size_t find_before_within(const struct text *text, size_t start, size_t offset, char byte)
{
    size_t chunk;
    while (offset > start) {
        const char *bytes = text_chunk_before(text, offset, &chunk);
        size_t skip = chunk > offset - start ? chunk - (offset - start) : 0;
        const char *found = memrchr(bytes + skip, byte, chunk - skip);
        if (found)
            return offset - chunk + (size_t)(found - bytes);
        offset -= chunk - skip;
    }
    return (size_t)-1;
}

size_t text_line_begin(const struct text *text, size_t offset)
{
    if (offset > text_size(text))
        offset = text_size(text);
    size_t limit = offset > SCAN_LIMIT ? offset - SCAN_LIMIT : 0;
    size_t found = find_before_within(text, limit, offset, '\n');
    if (found != (size_t)-1)
        return found + 1;
    return limit ? text_line_start(text, text_line_of(text, offset)) : 0;
}

size_t text_line_end(const struct text *text, size_t offset)
{
    size_t size = text_size(text);
    if (offset >= size)
        return size;
    size_t limit = size - offset > SCAN_LIMIT ? offset + SCAN_LIMIT : size;
    size_t found = find_within(text, offset, limit, '\n');
    if (found < limit || limit == size)
        return found;
    size_t line = text_line_of(text, offset) + 1, count;
    return node_find_line_feed(text->root, line, &count);
}

size_t text_find_byte(const struct text *text, size_t offset, char byte)
{
    return find_within(text, offset, text_size(text), byte);
}

size_t text_find_byte_before(const struct text *text, size_t offset, char byte)
{
    size_t size = text_size(text);
    return find_before_within(text, 0, offset < size ? offset : size, byte);
}
