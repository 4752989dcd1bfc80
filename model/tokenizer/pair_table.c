#include "model/tokenizer/pair_table.h"

#include "model/base/hash.h"
#include "model/base/memory.h"

#include <stdlib.h>

static size_t slot_of(const struct pair_table *table, int32_t left, int32_t right)
{
    uint64_t key = (uint64_t)(uint32_t)left << 32 | (uint32_t)right;
    size_t slot = hash_word(key) & (table->slot_count - 1);
    for (; table->slots[slot]; slot = (slot + 1) & (table->slot_count - 1)) {
        const struct pair_row *row = &table->rows[table->slots[slot] - 1];
        if (row->ids.left == left && row->ids.right == right)
            break;
    }
    return slot;
}

static void slots_grow(struct pair_table *table)
{
    free(table->slots);
    table->slot_count = table->slot_count ? table->slot_count * 2 : 1024;
    table->slots = memory_new(table->slot_count, sizeof *table->slots);
    for (size_t k = 0; k < table->count; k++)
        table->slots[slot_of(table, table->rows[k].ids.left, table->rows[k].ids.right)] = (uint32_t)k + 1;
}

struct pair_row *pair_table_row(struct pair_table *table, int32_t left, int32_t right)
{
    if (table->count * 2 >= table->slot_count)
        slots_grow(table);
    size_t slot = slot_of(table, left, right);
    if (!table->slots[slot]) {
        table->rows = memory_grow(table->rows, &table->room, table->count + 1, sizeof *table->rows);
        table->rows[table->count++] = (struct pair_row){ .ids = { left, right } };
        table->slots[slot] = (uint32_t)table->count;
    }
    return &table->rows[table->slots[slot] - 1];
}

void pair_row_list(struct pair_row *row, uint32_t word)
{
    if (row->word_count && row->words[row->word_count - 1] == word)
        return;
    row->words = memory_grow(row->words, &row->word_room, row->word_count + 1, sizeof *row->words);
    row->words[row->word_count++] = word;
}

uint32_t *pair_row_take(struct pair_row *row, size_t *count)
{
    uint32_t *words = row->words;
    *count = row->word_count;
    row->words = NULL;
    row->word_count = row->word_room = 0;
    return words;
}

static bool offer_before(const struct offer *a, const struct offer *b)
{
    if (a->count != b->count)
        return a->count > b->count;
    return a->ids.left != b->ids.left ? a->ids.left < b->ids.left : a->ids.right < b->ids.right;
}

static void offer_push(struct pair_table *table, const struct pair_row *row)
{
    struct offer offer = { .count = row->count, .ids = row->ids };
    table->heap = memory_grow(table->heap, &table->heap_room, table->heap_size + 1, sizeof *table->heap);
    size_t at = table->heap_size++;
    for (; at && offer_before(&offer, &table->heap[(at - 1) / 2]); at = (at - 1) / 2)
        table->heap[at] = table->heap[(at - 1) / 2];
    table->heap[at] = offer;
}

static struct offer offer_pop(struct pair_table *table)
{
    struct offer top = table->heap[0], last = table->heap[--table->heap_size];
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) < table->heap_size; at = child) {
        if (child + 1 < table->heap_size && offer_before(&table->heap[child + 1], &table->heap[child]))
            child++;
        if (!offer_before(&table->heap[child], &last))
            break;
        table->heap[at] = table->heap[child];
    }
    table->heap[at] = last;
    return top;
}

void pair_table_offer_all(struct pair_table *table)
{
    for (size_t k = 0; k < table->count; k++)
        offer_push(table, &table->rows[k]);
}

void pair_table_touch(struct pair_table *table, struct pair_row *row)
{
    if (row->touched)
        return;
    row->touched = true;
    table->touched =
        memory_grow(table->touched, &table->touched_room, table->touched_count + 1, sizeof *table->touched);
    table->touched[table->touched_count++] = (uint32_t)(row - table->rows);
}

void pair_table_offer_touched(struct pair_table *table)
{
    for (size_t k = 0; k < table->touched_count; k++) {
        struct pair_row *row = &table->rows[table->touched[k]];
        row->touched = false;
        offer_push(table, row);
    }
    table->touched_count = 0;
}

bool pair_table_best(struct pair_table *table, struct pair_ids *best)
{
    while (table->heap_size) {
        struct offer offer = offer_pop(table);
        const struct pair_row *row = pair_table_row(table, offer.ids.left, offer.ids.right);
        if (row->count == offer.count && offer.count > 0) {
            *best = offer.ids;
            return true;
        }
        if (row->count != offer.count && row->count > 1)
            offer_push(table, row);
    }
    return false;
}

void pair_table_free(struct pair_table *table)
{
    for (size_t k = 0; k < table->count; k++)
        free(table->rows[k].words);
    free(table->rows);
    free(table->slots);
    free(table->heap);
    free(table->touched);
    *table = (struct pair_table){ 0 };
}
