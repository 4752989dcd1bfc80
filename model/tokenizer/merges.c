#include "model/tokenizer/merges.h"

#include "model/base/hash.h"
#include "model/base/memory.h"

#include <stdlib.h>
#include <string.h>

static size_t slot_of(const struct merges *merges, int32_t left, int32_t right)
{
    uint64_t key = (uint64_t)(uint32_t)left << 32 | (uint32_t)right;
    size_t slot = hash_word(key) & (merges->slot_count - 1);
    for (; merges->slots[slot]; slot = (slot + 1) & (merges->slot_count - 1)) {
        const struct merge *found = &merges->at[merges->slots[slot] - 1];
        if (found->left == left && found->right == right)
            break;
    }
    return slot;
}

void merges_expect(struct merges *merges, size_t count)
{
    merges->at = memory_grow(merges->at, &merges->room, merges->count + count, sizeof *merges->at);
    if ((merges->count + count) * 2 <= merges->slot_count)
        return;
    merges->slot_count = merges->slot_count ? merges->slot_count : 64;
    while ((merges->count + count) * 2 > merges->slot_count)
        merges->slot_count *= 2;
    free(merges->slots);
    merges->slots = memory_new(merges->slot_count, sizeof *merges->slots);
    for (size_t k = 0; k < merges->count; k++)
        merges->slots[slot_of(merges, merges->at[k].left, merges->at[k].right)] = (uint32_t)k + 1;
}

void merges_add(struct merges *merges, struct merge merge)
{
    merges_expect(merges, 1);
    merges->at[merges->count++] = merge;
    merges->slots[slot_of(merges, merge.left, merge.right)] = (uint32_t)merges->count;
}

const struct merge *merges_find(const struct merges *merges, int32_t left, int32_t right)
{
    if (!merges->slot_count)
        return NULL;
    uint32_t found = merges->slots[slot_of(merges, left, right)];
    return found ? &merges->at[found - 1] : NULL;
}

/* ---- few ids: look for the best pair again and again */

enum { FEW = 48 };

static size_t apply_few(const struct merges *merges, int32_t *ids, size_t count)
{
    const struct merge *pairs[FEW];
    for (size_t k = 0; k + 1 < count; k++)
        pairs[k] = merges_find(merges, ids[k], ids[k + 1]);
    while (count > 1) {
        const struct merge *best = NULL;
        size_t at = 0;
        for (size_t k = 0; k + 1 < count; k++)
            if (pairs[k] && (!best || pairs[k] < best)) {
                best = pairs[k];
                at = k;
            }
        if (!best)
            break;
        ids[at] = best->into;
        count--;
        memmove(ids + at + 1, ids + at + 2, (count - at - 1) * sizeof *ids);
        if (at + 1 < count)
            memmove(pairs + at + 1, pairs + at + 2, (count - at - 1) * sizeof *pairs);
        if (at)
            pairs[at - 1] = merges_find(merges, ids[at - 1], ids[at]);
        if (at + 1 < count)
            pairs[at] = merges_find(merges, ids[at], ids[at + 1]);
    }
    return count;
}

/* ---- many: a heap of pairs over a linked list; pairs whose sides have changed since are dropped when they
 * come up */

struct pair {
    const struct merge *merge;
    size_t at;
};

struct line {
    const struct merges *merges;
    int32_t *ids; /* -1: merged into the one before */
    size_t *next, *before;
    size_t count;
    struct pair *heap;
    size_t heap_size, heap_room;
};

static bool pair_before(const struct pair *a, const struct pair *b)
{
    return a->merge != b->merge ? a->merge < b->merge : a->at < b->at;
}

static void heap_push(struct line *line, struct pair pair)
{
    line->heap = memory_grow(line->heap, &line->heap_room, line->heap_size + 1, sizeof *line->heap);
    size_t at = line->heap_size++;
    for (; at && pair_before(&pair, &line->heap[(at - 1) / 2]); at = (at - 1) / 2)
        line->heap[at] = line->heap[(at - 1) / 2];
    line->heap[at] = pair;
}

static struct pair heap_pop(struct line *line)
{
    struct pair top = line->heap[0], last = line->heap[--line->heap_size];
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) < line->heap_size; at = child) {
        if (child + 1 < line->heap_size && pair_before(&line->heap[child + 1], &line->heap[child]))
            child++;
        if (!pair_before(&line->heap[child], &last))
            break;
        line->heap[at] = line->heap[child];
    }
    line->heap[at] = last;
    return top;
}

static void pair_offer(struct line *line, size_t at)
{
    if (line->next[at] >= line->count)
        return;
    const struct merge *merge = merges_find(line->merges, line->ids[at], line->ids[line->next[at]]);
    if (merge)
        heap_push(line, (struct pair){ .merge = merge, .at = at });
}

static void pair_merge(struct line *line, struct pair pair)
{
    size_t left = pair.at, right = line->next[left];
    if (right >= line->count || line->ids[left] != pair.merge->left || line->ids[right] != pair.merge->right)
        return;
    line->ids[left] = pair.merge->into;
    line->ids[right] = -1;
    line->next[left] = line->next[right];
    if (line->next[left] < line->count)
        line->before[line->next[left]] = left;
    if (left)
        pair_offer(line, line->before[left]);
    pair_offer(line, left);
}

static size_t apply_many(const struct merges *merges, int32_t *ids, size_t count)
{
    struct line line = { .merges = merges, .ids = ids, .count = count };
    line.next = memory_new(count, sizeof *line.next);
    line.before = memory_new(count, sizeof *line.before);
    for (size_t k = 0; k < count; k++) {
        line.next[k] = k + 1;
        line.before[k] = k - 1;
    }
    for (size_t k = 0; k + 1 < count; k++)
        pair_offer(&line, k);
    while (line.heap_size)
        pair_merge(&line, heap_pop(&line));
    size_t left = 0;
    for (size_t k = 0; k < count; k = line.next[k])
        ids[left++] = ids[k];
    free(line.next);
    free(line.before);
    free(line.heap);
    return left;
}

size_t merges_apply(const struct merges *merges, int32_t *ids, size_t count)
{
    return count <= FEW ? apply_few(merges, ids, count) : apply_many(merges, ids, count);
}

void merges_free(struct merges *merges)
{
    free(merges->at);
    free(merges->slots);
    *merges = (struct merges){ 0 };
}
