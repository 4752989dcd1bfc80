#include "editor/text/tree.h"
#include "editor/base/memory.h"

#include <assert.h>
#include <stdlib.h>

static const size_t uncounted = (size_t)-1;

struct node *node_leaf(struct buffer *buffer, const char *bytes, size_t size)
{
    if (!size)
        return NULL;
    struct node *node = memory_new(sizeof *node);
    atomic_init(&node->owners, 1);
    node->height = 0;
    node->size = size;
    atomic_init(&node->line_feeds, size > BUFFER_BLOCK ? uncounted : line_feeds_count(bytes, size));
    node->buffer = buffer_keep(buffer);
    node->bytes = bytes;
    return node;
}

struct node *node_keep(struct node *node)
{
    if (node)
        atomic_fetch_add_explicit(&node->owners, 1, memory_order_relaxed);
    return node;
}

void node_free(struct node *node)
{
    while (node && atomic_fetch_sub_explicit(&node->owners, 1, memory_order_acq_rel) == 1) {
        struct node *next = NULL;
        if (node->height) {
            node_free(node->left);
            next = node->right;
        } else {
            buffer_free(node->buffer);
        }
        free(node);
        node = next;
    }
}

size_t node_size(const struct node *node)
{
    return node ? node->size : 0;
}

static size_t known_line_feeds(const struct node *node)
{
    return atomic_load_explicit(&node->line_feeds, memory_order_relaxed);
}

/* An inner node over two balanced trees whose heights differ by one at most; takes both over. */
static struct node *node_pair(struct node *left, struct node *right)
{
    assert(left->height <= right->height + 1 && right->height <= left->height + 1);
    struct node *node = memory_new(sizeof *node);
    size_t before = known_line_feeds(left), after = known_line_feeds(right);
    bool counted = before != uncounted && after != uncounted;
    atomic_init(&node->owners, 1);
    node->height = 1 + (left->height > right->height ? left->height : right->height);
    node->size = left->size + right->size;
    atomic_init(&node->line_feeds, counted ? before + after : uncounted);
    node->left = left;
    node->right = right;
    return node;
}

/* Both subtrees with an owner more each, and the node given up. */
static void node_open(struct node *node, struct node **left, struct node **right)
{
    *left = node->left;
    *right = node->right;
    if (atomic_load_explicit(&node->owners, memory_order_acquire) == 1) {
        free(node);
        return;
    }
    node_keep(*left);
    node_keep(*right);
    node_free(node);
}

/* As node_pair, for heights that differ by two at most. */
static struct node *node_balance(struct node *left, struct node *right)
{
    struct node *outer, *inner, *middle, *rest;
    if (left->height > right->height + 1) {
        node_open(left, &outer, &inner);
        if (inner->height <= outer->height)
            return node_pair(outer, node_pair(inner, right));
        node_open(inner, &middle, &rest);
        return node_pair(node_pair(outer, middle), node_pair(rest, right));
    }
    if (right->height > left->height + 1) {
        node_open(right, &inner, &outer);
        if (inner->height <= outer->height)
            return node_pair(node_pair(left, inner), outer);
        node_open(inner, &rest, &middle);
        return node_pair(node_pair(left, rest), node_pair(middle, outer));
    }
    return node_pair(left, right);
}

struct node *node_join(struct node *left, struct node *right)
{
    if (!left || !right)
        return left ? left : right;
    struct node *near, *far;
    if (left->height > right->height + 1) {
        node_open(left, &far, &near);
        return node_balance(far, node_join(near, right));
    }
    if (right->height > left->height + 1) {
        node_open(right, &near, &far);
        return node_balance(node_join(left, near), far);
    }
    return node_pair(left, right);
}

void node_split(struct node *node, size_t offset, struct node **before, struct node **after)
{
    if (offset == 0 || !node || offset >= node->size) {
        bool all_after = offset == 0;
        *before = all_after ? NULL : node_keep(node);
        *after = all_after ? node_keep(node) : NULL;
    } else if (!node->height) {
        *before = node_leaf(node->buffer, node->bytes, offset);
        *after = node_leaf(node->buffer, node->bytes + offset, node->size - offset);
    } else if (offset < node->left->size) {
        struct node *rest;
        node_split(node->left, offset, before, &rest);
        *after = node_join(rest, node_keep(node->right));
    } else {
        struct node *rest;
        node_split(node->right, offset - node->left->size, &rest, after);
        *before = node_join(node_keep(node->left), rest);
    }
}

struct node *node_slice(struct node *node, size_t start, size_t end)
{
    struct node *before, *rest, *slice, *after;
    node_split(node, start, &before, &rest);
    node_split(rest, end - start, &slice, &after);
    node_free(before);
    node_free(rest);
    node_free(after);
    return slice;
}

struct node *node_build(struct node **leaves, size_t count)
{
    if (count <= 1)
        return count ? leaves[0] : NULL;
    size_t half = count / 2;
    return node_pair(node_build(leaves, half), node_build(leaves + half, count - half));
}

struct node *node_grow_last(struct node *node, size_t more)
{
    struct node *grown;
    if (node->height) {
        struct node *left, *right;
        node_open(node, &left, &right);
        return node_pair(left, node_grow_last(right, more));
    }
    grown = node_leaf(node->buffer, node->bytes, node->size + more);
    node_free(node);
    return grown;
}

const struct node *node_find(const struct node *node, size_t *offset)
{
    while (node->height) {
        if (*offset < node->left->size) {
            node = node->left;
        } else {
            *offset -= node->left->size;
            node = node->right;
        }
    }
    return node;
}

size_t node_line_feeds(struct node *node)
{
    if (!node)
        return 0;
    size_t count = known_line_feeds(node);
    if (count != uncounted)
        return count;
    if (node->height)
        count = node_line_feeds(node->left) + node_line_feeds(node->right);
    else
        count = buffer_line_feeds(node->buffer, node->bytes, node->size);
    atomic_store_explicit(&node->line_feeds, count, memory_order_relaxed);
    return count;
}

size_t node_line_of(struct node *node, size_t offset)
{
    size_t line = 0;
    while (node && node->height) {
        if (offset < node->left->size) {
            node = node->left;
        } else {
            line += node_line_feeds(node->left);
            offset -= node->left->size;
            node = node->right;
        }
    }
    if (!node)
        return 0;
    if (offset >= node->size)
        return line + node_line_feeds(node);
    return line + buffer_line_feeds(node->buffer, node->bytes, offset);
}

size_t node_find_line_feed(struct node *node, size_t nth, size_t *count)
{
    *count = 0;
    if (!node)
        return 0;
    size_t known = known_line_feeds(node);
    if (known != uncounted && known < nth) {
        *count = known;
        return node->size;
    }
    size_t in_left, in_right = 0, at;
    if (node->height) {
        at = node_find_line_feed(node->left, nth, &in_left);
        if (in_left < nth)
            at = node->left->size + node_find_line_feed(node->right, nth - in_left, &in_right);
        *count = in_left + in_right;
    } else {
        at = buffer_find_line_feed(node->buffer, node->bytes, node->size, nth, count);
    }
    if (*count < nth)
        atomic_store_explicit(&node->line_feeds, *count, memory_order_relaxed);
    return at;
}

bool node_check(const struct node *node)
{
    if (!node)
        return true;
    size_t known = known_line_feeds(node), count;
    if (!atomic_load(&node->owners) || !node->size)
        return false;
    if (!node->height) {
        const char *start = node->buffer->bytes, *end = start + node->buffer->size;
        bool inside = node->bytes >= start && node->size <= (size_t)(end - node->bytes);
        return inside && (known == uncounted || known == line_feeds_count(node->bytes, node->size));
    }
    const struct node *left = node->left, *right = node->right;
    unsigned taller = left->height > right->height ? left->height : right->height;
    unsigned lower = left->height > right->height ? right->height : left->height;
    if (!node_check(left) || !node_check(right) || node->size != left->size + right->size)
        return false;
    count = known_line_feeds(left) + known_line_feeds(right);
    return taller - lower <= 1 && node->height == taller + 1 && (known == uncounted || known == count);
}
