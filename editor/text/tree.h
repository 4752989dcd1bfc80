/* tree.h - the tree of pieces under a text; private to the text core.
 *
 *            node 90 bytes, 3 line feeds, height 2
 *           /                          \
 *      node 48, 2, 1               leaf [ original 58..90 ]
 *     /            \
 *  leaf [ 0..41 ]  leaf [ added 0..6 ]
 *
 * Leaves hold pieces (a buffer and a range of it), inner nodes two subtrees whose heights differ by one at
 * most. Nodes never change once shared; NULL is the empty tree; leaves are never empty. Owners are counted
 * atomically. Line feeds of a node are counted when first asked for. Split and join cost O(log n) (Blelloch,
 * Ferizovic and Sun 2016, "Just Join"). */
#ifndef EDITOR_TEXT_TREE_H
#define EDITOR_TEXT_TREE_H

#include "editor/text/buffer.h"

struct node {
    atomic_uint owners;
    unsigned height;          /* 0 in a leaf */
    size_t size;              /* bytes below */
    atomic_size_t line_feeds; /* (size_t)-1 until counted */
    union {
        struct node *left;
        struct buffer *buffer;
    };
    union {
        struct node *right;
        const char *bytes;
    };
};

/* A leaf over bytes in the buffer, which gets one more owner; NULL where size is 0. */
struct node *node_leaf(struct buffer *buffer, const char *bytes, size_t size);
struct node *node_keep(struct node *node);
void node_free(struct node *node);
size_t node_size(const struct node *node);

/* One tree of both, in order; takes both over. */
struct node *node_join(struct node *left, struct node *right);
/* Two new trees: what lies before the offset and the rest. */
void node_split(struct node *node, size_t offset, struct node **before, struct node **after);
/* The part [start, end) as a tree. */
struct node *node_slice(struct node *node, size_t start, size_t end);
/* A balanced tree of `count` leaves, taken over. */
struct node *node_build(struct node **leaves, size_t count);
/* The same tree with `more` bytes in its last leaf, behind which they already stand; takes the tree over. */
struct node *node_grow_last(struct node *node, size_t more);

/* The leaf that holds an offset below the size, and where in it: *offset becomes relative to the leaf. */
const struct node *node_find(const struct node *node, size_t *offset);
size_t node_line_feeds(struct node *node);
size_t node_line_of(struct node *node, size_t offset);
/* Where the nth line feed (from 1) is, or the size of the tree with its line feeds in *count. */
size_t node_find_line_feed(struct node *node, size_t nth, size_t *count);
/* Whether every invariant above holds. */
bool node_check(const struct node *node);

#endif
