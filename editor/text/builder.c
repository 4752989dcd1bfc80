#include "editor/text/builder.h"
#include "editor/base/memory.h"
#include "editor/text/text_inside.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK_SIZE = 1 << 18, SHARE_SIZE = 512 };

struct text_builder {
    struct node **leaves; /* owned, in order */
    size_t count, capacity;
    char *chunk; /* owned: bytes behind the last leaf; NULL: none */
    size_t used;
};

struct text_builder *text_builder_new(void)
{
    return memory_new_zero(sizeof(struct text_builder));
}

static void push(struct text_builder *builder, struct node *leaf)
{
    if (builder->count == builder->capacity) {
        builder->capacity = builder->capacity ? builder->capacity * 2 : 64;
        builder->leaves = memory_resize(builder->leaves, builder->capacity * sizeof *builder->leaves);
    }
    builder->leaves[builder->count++] = leaf;
}

static void push_block(struct text_builder *builder, char *block, size_t size)
{
    struct buffer *buffer = buffer_take(block, size);
    push(builder, node_leaf(buffer, block, size));
    buffer_free(buffer);
}

static void flush(struct text_builder *builder)
{
    if (builder->used)
        push_block(builder, memory_resize(builder->chunk, builder->used), builder->used);
    else
        free(builder->chunk);
    builder->chunk = NULL;
    builder->used = 0;
}

void text_builder_bytes(struct text_builder *builder, const char *bytes, size_t size)
{
    if (!size)
        return;
    if (size > CHUNK_SIZE - builder->used)
        flush(builder);
    if (size > CHUNK_SIZE) {
        char *block = memory_new(size);
        memcpy(block, bytes, size);
        push_block(builder, block, size);
        return;
    }
    if (!builder->chunk)
        builder->chunk = memory_new(CHUNK_SIZE);
    memcpy(builder->chunk + builder->used, bytes, size);
    builder->used += size;
}

/* The part [start, end) of a tree. */
static void add_tree(struct text_builder *builder, const struct node *node, size_t start, size_t end)
{
    if (start >= end)
        return;
    if (node->height) {
        size_t middle = node->left->size;
        add_tree(builder, node->left, start, end < middle ? end : middle);
        add_tree(builder, node->right, start > middle ? start - middle : 0, end > middle ? end - middle : 0);
    } else if (end - start < SHARE_SIZE) {
        text_builder_bytes(builder, node->bytes + start, end - start);
    } else {
        flush(builder);
        push(builder, node_leaf(node->buffer, node->bytes + start, end - start));
    }
}

void text_builder_span(struct text_builder *builder, const struct text *text, struct span span)
{
    size_t size = text_size(text), end = span.end < size ? span.end : size;
    if (span.start < end)
        add_tree(builder, text->root, span.start, end);
}

struct text *text_builder_finish(struct text_builder *builder)
{
    flush(builder);
    struct text *text = text_from_tree(node_build(builder->leaves, builder->count), NULL);
    free(builder->leaves);
    free(builder);
    return text;
}
