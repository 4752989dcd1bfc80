#include "model/train/word_rows.h"

#include "model/base/file.h"
#include "model/base/memory.h"
#include "model/tokenizer/files.h"
#include "model/tokenizer/part.h"

#include <stdlib.h>
#include <string.h>

/* Letters and digits with what joins them, or one sign. */
static const char words[] =
    "[\\p{L}\\p{M}\\p{N}£$€]+(?:[-'.,][\\p{L}\\p{M}\\p{N}]+)*|[^\\s\\p{L}\\p{M}\\p{N}£$€]";

enum { START, END, UNKNOWN, PAD, MARKS };
static const char *const marks[MARKS] = { "START", "END", "UNK", "PAD" };

static json_t *cut_rule(void)
{
    return json_pack("{s:s, s:{s:s}, s:s, s:b}", "type", "Split", "pattern", "Regex", words, "behavior",
                     "Removed", "invert", 1);
}

static json_t *spec_of(json_t *vocab)
{
    json_t *spec = spec_from_word_list(vocab);
    json_object_set_new(spec, "pre_tokenizer", cut_rule());
    return spec;
}

static json_t *first_vocabulary(void)
{
    json_t *vocab = json_object();
    for (int i = 0; i < MARKS; i++)
        json_object_set_new(vocab, marks[i], json_integer(i));
    return vocab;
}

/* ---- counting */

struct count {
    const char *word;
    json_int_t times;
};

static int by_times(const void *a, const void *b)
{
    const struct count *x = a, *y = b;
    return x->times != y->times ? (x->times < y->times) - (x->times > y->times) : strcmp(x->word, y->word);
}

static const struct stage *split_stage(void)
{
    const struct stage *const *row = pretokenizer_table;
    while (strcmp((*row)->type, "Split"))
        row++;
    return *row;
}

static bool count_words(json_t *counts, const struct mapping *file, struct lacuna_error *error)
{
    const struct stage *stage = split_stage();
    json_t *rule = cut_rule();
    void *state = NULL;
    struct pieces pieces = { 0 };
    bool fine = stage->open(&state, rule, error) &&
                (!file->size || stage->run(state, (const char *)file->at, file->size, true, &pieces, error));
    for (size_t k = 0; fine && k < pieces.count; k++) {
        const char *word = piece_bytes(&pieces, k);
        size_t size = pieces.at[k].size;
        json_int_t times = json_integer_value(json_object_getn(counts, word, size));
        json_object_setn_new(counts, word, size, json_integer(times + 1));
    }
    pieces_free(&pieces);
    if (state)
        stage->close(state);
    json_decref(rule);
    return fine;
}

/* The words of `counts` behind the marks, the frequent ones first. */
static json_t *vocabulary_of(const json_t *counts, int least)
{
    size_t count = 0;
    struct count *list = memory_new(json_object_size(counts), sizeof *list);
    const char *word;
    json_t *times;
    json_object_foreach((json_t *)counts, word, times)
    {
        if (json_integer_value(times) >= least)
            list[count++] = (struct count){ word, json_integer_value(times) };
    }
    if (count)
        qsort(list, count, sizeof *list, by_times);
    json_t *vocab = first_vocabulary();
    for (size_t k = 0; k < count; k++)
        if (!json_object_get(vocab, list[k].word))
            json_object_set_new(vocab, list[k].word, json_integer((json_int_t)json_object_size(vocab)));
    free(list);
    return vocab;
}

/* ---- rows */

struct reading {
    struct word_rows *rows;
    const struct tokenizer *tokenizer;
    size_t room;
    bool pairs; /* a line with a tab was there */
};

/* A line becomes a row unless it is empty or too long. */
static bool add_line(struct reading *reading, const char *line, size_t size, struct lacuna_error *error)
{
    struct word_rows *rows = reading->rows;
    const char *tab = memchr(line, '\t', size);
    size_t source = tab ? (size_t)(tab - line) : 0, length = (size_t)rows->length;
    struct ids ids = { 0 };
    ids_push(&ids, rows->start);
    bool fine = !tab || tokenizer_encode(reading->tokenizer, line, source, false, &ids, error);
    if (tab)
        ids_push(&ids, rows->end);
    size_t open = tab ? ids.count : 0;
    size_t from = tab ? source + 1 : 0;
    fine = fine && tokenizer_encode(reading->tokenizer, line + from, size - from, false, &ids, error);
    if (fine && ids.count > open + (tab ? 0 : 1) && ids.count < length) {
        ids_push(&ids, rows->end);
        while (ids.count < length)
            ids_push(&ids, rows->pad);
        if (rows->count == reading->room) {
            reading->room = 2 * reading->room + 64;
            rows->ids = memory_resize(rows->ids, reading->room * length, sizeof *rows->ids);
            rows->open = memory_resize(rows->open, reading->room * length, 1);
        }
        memcpy(rows->ids + rows->count * length, ids.at, length * sizeof *ids.at);
        memset(rows->open + rows->count * length, 1, length);
        memset(rows->open + rows->count * length, 0, open);
        reading->pairs = reading->pairs || tab;
        rows->count++;
    } else if (fine && ids.count >= length) {
        rows->dropped++;
    }
    ids_free(&ids);
    return fine;
}

static bool read_rows(struct reading *reading, const struct mapping *file, struct lacuna_error *error)
{
    const char *text = (const char *)file->at;
    bool fine = true;
    for (size_t at = 0; fine && at < file->size;) {
        const char *end = memchr(text + at, '\n', file->size - at);
        size_t size = (end ? (size_t)(end - text) : file->size) - at;
        fine = add_line(reading, text + at, size, error);
        at += size + 1;
    }
    return fine;
}

static bool count_files(json_t *counts, const char *const *files, size_t file_count,
                        struct lacuna_error *error)
{
    bool fine = true;
    for (size_t k = 0; fine && k < file_count; k++) {
        struct mapping file;
        fine = mapping_open(&file, files[k], error);
        if (!fine)
            break;
        fine = count_words(counts, &file, error);
        mapping_close(&file);
    }
    return fine;
}

static bool read_files(struct reading *reading, const char *const *files, size_t file_count,
                       struct lacuna_error *error)
{
    bool fine = true;
    for (size_t k = 0; fine && k < file_count; k++) {
        struct mapping file;
        fine = mapping_open(&file, files[k], error);
        if (!fine)
            break;
        fine = read_rows(reading, &file, error);
        mapping_close(&file);
    }
    return fine;
}

static void set_marks(struct word_rows *rows, const struct tokenizer *tokenizer)
{
    int32_t *const ids[MARKS] = { &rows->start, &rows->end, &rows->unknown, &rows->pad };
    for (int i = 0; i < MARKS; i++)
        *ids[i] = tokenizer_id(tokenizer, marks[i]);
    rows->vocabulary = tokenizer_size(tokenizer);
}

bool word_rows_read(struct word_rows *rows, const char *const *files, size_t file_count, int length,
                    int least, const json_t *before, struct lacuna_error *error)
{
    *rows = (struct word_rows){ .length = length };
    json_t *counts = json_object();
    bool fine = before || count_files(counts, files, file_count, error);
    if (fine)
        rows->tokenizer = before ? json_incref((json_t *)before) : spec_of(vocabulary_of(counts, least));
    json_decref(counts);
    struct tokenizer *tokenizer = fine ? tokenizer_from_json(rows->tokenizer, "vocabulary", error) : NULL;
    struct reading reading = { .rows = rows, .tokenizer = tokenizer };
    if (tokenizer) {
        set_marks(rows, tokenizer);
        fine = (rows->start >= 0 && rows->end >= 0 && rows->pad >= 0) ||
               fail(error, LACUNA_MODEL, "the vocabulary lacks one of START, END and PAD");
        fine = fine && read_files(&reading, files, file_count, error);
    }
    tokenizer_close(tokenizer);
    fine = tokenizer && fine;
    if (fine && !rows->count)
        fine = fail(error, LACUNA_BAD_REQUEST, "there is no line that fits into %d tokens", length);
    if (fine && !reading.pairs) {
        free(rows->open);
        rows->open = NULL;
    }
    if (!fine)
        word_rows_free(rows);
    return fine;
}

void word_rows_free(struct word_rows *rows)
{
    json_decref(rows->tokenizer);
    free(rows->ids);
    free(rows->open);
    *rows = (struct word_rows){ 0 };
}
