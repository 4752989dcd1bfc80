#include "editor/text/difference.h"
#include "editor/base/memory.h"
#include "editor/text/text_inside.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* How many pieces ahead the same bytes are looked for, and how many bytes more than those may be skipped to
 * get there. */
enum { LOOK_AHEAD = 64, JUMP_LIMIT = 4096 };

/* A tree as a row of subtrees, in order; `partner` is the index of the same subtree in the other row, from 1.
 */
struct item {
    const struct node *node;
    size_t partner;
};

struct row {
    struct item *items; /* owned */
    size_t count, capacity;
};

static void push(struct row *row, const struct node *node, size_t partner)
{
    if (row->count == row->capacity) {
        row->capacity = row->capacity ? row->capacity * 2 : 32;
        row->items = memory_resize(row->items, row->capacity * sizeof *row->items);
    }
    row->items[row->count++] = (struct item){ node, partner };
}

static int by_node(const void *first, const void *second)
{
    uintptr_t a = (uintptr_t)(*(struct item *const *)first)->node,
              b = (uintptr_t)(*(struct item *const *)second)->node;
    return a < b ? -1 : a > b;
}

/* The items of one height that have no partner yet, sorted by node. */
static struct item **list_of_height(const struct row *row, unsigned height, size_t *count)
{
    struct item **list = memory_new(row->count * sizeof *list);
    *count = 0;
    for (size_t i = 0; i < row->count; i++)
        if (row->items[i].node->height == height && !row->items[i].partner)
            list[(*count)++] = &row->items[i];
    qsort(list, *count, sizeof *list, by_node);
    return list;
}

/* Marks the subtrees of one height that both rows hold; partner is 1 for now. */
static void match_height(struct row *before, struct row *after, unsigned height)
{
    size_t first_count, second_count, i = 0, j = 0;
    struct item **first = list_of_height(before, height, &first_count);
    struct item **second = list_of_height(after, height, &second_count);
    while (i < first_count && j < second_count) {
        int order = by_node(&first[i], &second[j]);
        if (!order)
            first[i]->partner = second[j]->partner = 1;
        i += order <= 0;
        j += order >= 0;
    }
    free(first);
    free(second);
}

/* Replaces the items of one height that have no partner by their halves. */
static void open_height(struct row *row, unsigned height)
{
    struct row opened = { 0 };
    for (size_t i = 0; i < row->count; i++) {
        const struct item *item = &row->items[i];
        if (item->node->height == height && !item->partner) {
            push(&opened, item->node->left, 0);
            push(&opened, item->node->right, 0);
        } else {
            push(&opened, item->node, item->partner);
        }
    }
    free(row->items);
    *row = opened;
}

/* Two rows in which every subtree that both trees share is one item, and everything else is leaves. */
static void find_shared(struct row *before, struct row *after)
{
    unsigned height = 0;
    for (size_t i = 0; i < before->count; i++)
        height = before->items[i].node->height;
    for (size_t i = 0; i < after->count; i++)
        height = after->items[i].node->height > height ? after->items[i].node->height : height;
    for (;; height--) {
        match_height(before, after, height);
        if (!height)
            return;
        open_height(before, height);
        open_height(after, height);
    }
}

/* Sets partner to the index in the other row, from 1, of the nth same node where both hold it n times. */
static void number_partners(struct row *before, struct row *after)
{
    struct item **list = memory_new((before->count + 1) * sizeof *list), key, *wanted = &key;
    size_t count = 0;
    for (size_t i = 0; i < before->count; i++)
        if (before->items[i].partner)
            list[count++] = &before->items[i];
    qsort(list, count, sizeof *list, by_node);
    for (size_t i = 0; i < after->count; i++) {
        struct item *item = &after->items[i];
        key = *item;
        struct item **found = item->partner ? bsearch(&wanted, list, count, sizeof *list, by_node) : NULL;
        item->partner = found ? (size_t)(*found - before->items) + 1 : 0;
    }
    free(list);
}

/* The walk over both rows: everything before first_at and second_at is dealt with. */
struct walk {
    const struct row *before;
    size_t index, inside,
        first_at; /* an item of `before`, bytes of it that are dealt with, and their offset */
    size_t second_at;
    struct span removed, inserted; /* the difference that is growing */
    struct difference *found;      /* owned */
    size_t count, capacity;
};

static void emit(struct walk *walk)
{
    if (walk->removed.start == walk->removed.end && walk->inserted.start == walk->inserted.end)
        return;
    if (walk->count == walk->capacity) {
        walk->capacity = walk->capacity ? walk->capacity * 2 : 8;
        walk->found = memory_resize(walk->found, walk->capacity * sizeof *walk->found);
    }
    walk->found[walk->count++] = (struct difference){ walk->removed, walk->inserted };
}

/* The next `size` bytes are equal, after `skipped` bytes of the first text that the second lacks. */
static void accept(struct walk *walk, size_t skipped, size_t size)
{
    walk->first_at += skipped;
    walk->removed.end = walk->first_at;
    walk->inserted.end = walk->second_at;
    emit(walk);
    walk->first_at += size;
    walk->second_at += size;
    walk->removed = (struct span){ walk->first_at, walk->first_at };
    walk->inserted = (struct span){ walk->second_at, walk->second_at };
}

/* Takes a subtree that both hold, unless that means to jump over more than it is worth. */
static bool take_shared(struct walk *walk, const struct item *item)
{
    size_t goal = item->partner - 1, skipped = 0, size = item->node->size;
    if (!item->partner || goal < walk->index || (goal == walk->index && walk->inside))
        return false;
    for (size_t i = walk->index; i < goal && skipped <= size + JUMP_LIMIT + walk->inside; i++)
        skipped += walk->before->items[i].node->size;
    skipped -= walk->inside;
    if (skipped > size + JUMP_LIMIT)
        return false;
    accept(walk, skipped, size);
    walk->index = goal + 1;
    walk->inside = 0;
    return true;
}

/* Takes the bytes of [start, end) in memory that one of the next leaves of the first text holds too; returns
 * where they begin, or end. */
static const char *take_bytes(struct walk *walk, const char *start, const char *end, size_t *taken)
{
    size_t skipped = 0, inside = walk->inside, last = walk->index + LOOK_AHEAD;
    for (size_t i = walk->index; i < walk->before->count && i < last; i++, inside = 0) {
        const struct node *leaf = walk->before->items[i].node;
        if (leaf->height)
            break;
        const char *from = leaf->bytes + inside, *to = leaf->bytes + leaf->size;
        const char *first = from > start ? from : start, *behind = to < end ? to : end;
        if (first < behind && skipped + (size_t)(first - from) <= (size_t)(behind - first) + JUMP_LIMIT) {
            *taken = (size_t)(behind - first);
            walk->second_at += (size_t)(first - start);
            accept(walk, skipped + (size_t)(first - from), *taken);
            walk->index = behind == to ? i + 1 : i;
            walk->inside = behind == to ? 0 : (size_t)(behind - leaf->bytes);
            return first;
        }
        skipped += leaf->size - inside;
    }
    walk->second_at += (size_t)(end - start);
    *taken = 0;
    return end;
}

static void walk_item(struct walk *walk, const struct item *item)
{
    if (take_shared(walk, item))
        return;
    if (item->node->height) {
        walk->second_at += item->node->size;
        return;
    }
    const char *at = item->node->bytes, *end = at + item->node->size;
    size_t taken;
    while (at < end)
        at = take_bytes(walk, at, end, &taken) + taken;
}

struct difference *text_differences(const struct text *before, const struct text *after, size_t *count)
{
    struct row first = { 0 }, second = { 0 };
    if (before->root)
        push(&first, before->root, 0);
    if (after->root)
        push(&second, after->root, 0);
    find_shared(&first, &second);
    number_partners(&first, &second);
    struct walk walk = { .before = &first };
    for (size_t i = 0; i < second.count; i++)
        walk_item(&walk, &second.items[i]);
    walk.removed.end = text_size(before);
    walk.inserted.end = walk.second_at;
    emit(&walk);
    free(first.items);
    free(second.items);
    *count = walk.count;
    return walk.found;
}
