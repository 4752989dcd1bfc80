/* pair_table.h - the pairs of neighbouring ids while merges are learnt: how often each occurs, in which
 * words, and which is next.
 *
 * The heap may hold old counts of a pair. Counts fall except when a pair is offered anew, so the top of the
 * heap is never too small: a pair that comes up with an old count goes back with its present one. */
#ifndef MODEL_TOKENIZER_PAIR_TABLE_H
#define MODEL_TOKENIZER_PAIR_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pair_ids {
    int32_t left, right;
};

struct pair_row {
    struct pair_ids ids;
    int64_t count;
    uint32_t *words; /* each at least once */
    size_t word_count, word_room;
    bool touched;
};

/* Zero is an empty one. */
struct pair_table {
    struct pair_row *rows;
    size_t count, room;
    uint32_t *slots; /* open addressing: row + 1, 0 is free */
    size_t slot_count;
    struct offer {
        int64_t count;
        struct pair_ids ids;
    } * heap;
    size_t heap_size, heap_room;
    uint32_t *touched;
    size_t touched_count, touched_room;
};

/* The row of a pair, made where there is none; valid until the next call. */
struct pair_row *pair_table_row(struct pair_table *table, int32_t left, int32_t right);
void pair_row_list(struct pair_row *row, uint32_t word);
/* The words of a row, now the caller's. */
uint32_t *pair_row_take(struct pair_row *row, size_t *count);

void pair_table_offer_all(struct pair_table *table);
/* Notes a row that pair_table_offer_touched is to offer. */
void pair_table_touch(struct pair_table *table, struct pair_row *row);
void pair_table_offer_touched(struct pair_table *table);
/* Takes the most frequent pair; false where none is left. */
bool pair_table_best(struct pair_table *table, struct pair_ids *best);
void pair_table_free(struct pair_table *table);

#endif
