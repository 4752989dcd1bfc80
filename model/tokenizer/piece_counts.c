#include "model/tokenizer/piece_counts.h"

#include "model/base/hash.h"
#include "model/base/memory.h"
#include "model/base/utf8.h"
#include "model/tokenizer/pattern.h"

#include <stdlib.h>
#include <string.h>

static const char piece_regex[] =
    "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

struct piece_counts {
    const char *regex;
    struct pattern *pattern;
    struct buffer text; /* all pieces, one after the other */
    struct piece_row {
        size_t start, size;
        int64_t count;
    } * rows;
    size_t count, room;
    uint32_t *slots; /* open addressing: row + 1, 0 is free */
    size_t slot_count;
};

struct piece_counts *piece_counts_new(const char *regex, struct lacuna_error *error)
{
    regex = regex ? regex : piece_regex;
    struct pattern *pattern = pattern_from_regex(regex, strlen(regex), error);
    if (!pattern)
        return NULL;
    struct piece_counts *counts = memory_new(1, sizeof *counts);
    counts->regex = regex;
    counts->pattern = pattern;
    return counts;
}

void piece_counts_free(struct piece_counts *counts)
{
    if (!counts)
        return;
    pattern_free(counts->pattern);
    buffer_free(&counts->text);
    free(counts->rows);
    free(counts->slots);
    free(counts);
}

static size_t slot_of(const struct piece_counts *counts, const char *bytes, size_t size)
{
    size_t slot = hash_bytes(bytes, size) & (counts->slot_count - 1);
    for (; counts->slots[slot]; slot = (slot + 1) & (counts->slot_count - 1)) {
        const struct piece_row *row = &counts->rows[counts->slots[slot] - 1];
        if (row->size == size && !memcmp(counts->text.at + row->start, bytes, size))
            break;
    }
    return slot;
}

static void slots_grow(struct piece_counts *counts)
{
    free(counts->slots);
    counts->slot_count = counts->slot_count ? counts->slot_count * 2 : 1024;
    counts->slots = memory_new(counts->slot_count, sizeof *counts->slots);
    for (size_t k = 0; k < counts->count; k++)
        counts->slots[slot_of(counts, counts->text.at + counts->rows[k].start, counts->rows[k].size)] =
            (uint32_t)k + 1;
}

static void piece_count(struct piece_counts *counts, const char *bytes, size_t size)
{
    if (counts->count * 2 >= counts->slot_count)
        slots_grow(counts);
    size_t slot = slot_of(counts, bytes, size);
    if (!counts->slots[slot]) {
        counts->rows = memory_grow(counts->rows, &counts->room, counts->count + 1, sizeof *counts->rows);
        counts->rows[counts->count++] = (struct piece_row){ .start = counts->text.size, .size = size };
        counts->slots[slot] = (uint32_t)counts->count;
        buffer_add(&counts->text, bytes, size);
    }
    counts->rows[counts->slots[slot] - 1].count++;
}

bool piece_counts_add(struct piece_counts *counts, const char *text, size_t size, struct lacuna_error *error)
{
    size_t valid = utf8_valid(text, size), cut;
    if (valid < size)
        return fail(error, LACUNA_BAD_REQUEST, "the text is no UTF-8 at byte %zu", valid);
    struct match *matches = pattern_cut(counts->pattern, text, size, &cut, error);
    if (!matches)
        return false;
    for (size_t k = 0; k < cut; k++)
        piece_count(counts, text + matches[k].start, matches[k].end - matches[k].start);
    free(matches);
    return true;
}

size_t piece_counts_distinct(const struct piece_counts *counts)
{
    return counts->count;
}

const char *piece_counts_regex(const struct piece_counts *counts)
{
    return counts->regex;
}

struct counted_piece *piece_counts_list(const struct piece_counts *counts, size_t *count)
{
    struct counted_piece *list = memory_new(counts->count, sizeof *list);
    for (size_t k = 0; k < counts->count; k++)
        list[k] = (struct counted_piece){ counts->text.at + counts->rows[k].start, counts->rows[k].size,
                                          counts->rows[k].count };
    *count = counts->count;
    return list;
}
