#include "model/train/word_rows.h"

#include "model/base/buffer.h"
#include "model/base/file.h"
#include "model/base/memory.h"
#include "model/tokenizer/files.h"
#include "model/tokenizer/part.h"

#include <stdlib.h>
#include <string.h>

/* Letters and digits with what joins them, or one sign. */
static const char words[] =
    "[\\p{L}\\p{M}\\p{N}£$€]+(?:[-'.,][\\p{L}\\p{M}\\p{N}]+)*|[^\\s\\p{L}\\p{M}\\p{N}£$€]";

enum { SLOTS_MOST = 32 };
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

/* The rule that cuts words, open, and how often each was met. */
struct counting {
    const struct stage *stage;
    void *state;
    json_t *counts;
};

static bool count_words(struct counting *counting, const char *text, size_t size, struct lacuna_error *error)
{
    struct pieces pieces = { 0 };
    bool fine = !size || counting->stage->run(counting->state, text, size, true, &pieces, error);
    for (size_t k = 0; fine && k < pieces.count; k++) {
        const char *word = piece_bytes(&pieces, k);
        size_t length = pieces.at[k].size;
        json_int_t times = json_integer_value(json_object_getn(counting->counts, word, length));
        json_object_setn_new(counting->counts, word, length, json_integer(times + 1));
    }
    pieces_free(&pieces);
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

/* ---- files */

struct line {
    const char *at;
    size_t size;
};

/* Calls `take` with each line of each file. */
static bool each_line(const char *const *files, size_t count,
                      bool (*take)(void *user, struct line line, struct lacuna_error *error), void *user,
                      struct lacuna_error *error)
{
    bool fine = true;
    for (size_t k = 0; fine && k < count; k++) {
        struct mapping file;
        if (!mapping_open(&file, files[k], error))
            return false;
        const char *text = (const char *)file.at;
        for (size_t at = 0; fine && at < file.size;) {
            const char *end = memchr(text + at, '\n', file.size - at);
            struct line line = { text + at, (end ? (size_t)(end - text) : file.size) - at };
            fine = take(user, line, error);
            at += line.size + 1;
        }
        mapping_close(&file);
    }
    return fine;
}

static bool count_line(void *counting, struct line line, struct lacuna_error *error)
{
    return count_words(counting, line.at, line.size, error);
}

static struct line behind_tab(struct line line)
{
    const char *tab = memchr(line.at, '\t', line.size);
    size_t skip = tab ? (size_t)(tab - line.at) + 1 : 0;
    return (struct line){ line.at + skip, line.size - skip };
}

static bool count_controlled(void *counting, struct line line, struct lacuna_error *error)
{
    return count_line(counting, behind_tab(line), error);
}

/* ---- values */

/* The next "slot[value]" of text; false: there is none. Moves behind it. */
static bool next_value(struct line *text, struct line *slot, struct line *value)
{
    while (text->size && (*text->at == ',' || *text->at == ' ')) {
        text->at++;
        text->size--;
    }
    const char *open = memchr(text->at, '[', text->size);
    const char *close = open ? memchr(open, ']', text->size - (size_t)(open - text->at)) : NULL;
    if (!close || open == text->at || close == open + 1)
        return false;
    *slot = (struct line){ text->at, (size_t)(open - text->at) };
    *value = (struct line){ open + 1, (size_t)(close - open) - 1 };
    size_t used = (size_t)(close - text->at) + 1;
    *text = (struct line){ text->at + used, text->size - used };
    return true;
}

static struct line in_front(struct line line)
{
    const char *tab = memchr(line.at, '\t', line.size);
    return (struct line){ line.at, tab ? (size_t)(tab - line.at) : 0 };
}

static json_t *text_of(struct line line)
{
    return json_stringn(line.at, line.size);
}

/* Lists every value that a line has, each once, and how many a line has at most. */
struct listing {
    json_t *names; /* of values that are listed */
    json_t *values;
    int most;
};

static bool list_values(void *user, struct line line, struct lacuna_error *error)
{
    struct listing *listing = user;
    struct line front = in_front(line), slot, value;
    int count = 0;
    for (; next_value(&front, &slot, &value); count++) {
        size_t size = slot.size + value.size + 2;
        if (json_object_getn(listing->names, slot.at, size))
            continue;
        json_t *row = json_pack("{s:o?, s:o?}", "slot", text_of(slot), "value", text_of(value));
        if (!row || !json_object_get(row, "slot") || !json_object_get(row, "value")) {
            json_decref(row);
            return fail(error, LACUNA_BAD_REQUEST, "a value of the controls is not UTF-8");
        }
        json_object_setn_new(listing->names, slot.at, size, json_true());
        json_array_append_new(listing->values, row);
    }
    listing->most = count > listing->most ? count : listing->most;
    return true;
}

static char *token_name(const json_t *row)
{
    struct buffer name = { 0 };
    buffer_print(&name, "%s[%s]", json_string_value(json_object_get(row, "slot")),
                 json_string_value(json_object_get(row, "value")));
    return buffer_take(&name);
}

/* The id of a special token of the spec, which is added where it is not there. `next`: the first free id. */
static int32_t special_of(json_t *spec, const char *name, int32_t *next)
{
    const json_t *token;
    size_t index;
    json_array_foreach(json_object_get(spec, "added_tokens"), index, token)
    {
        const char *content = json_string_value(json_object_get(token, "content"));
        if (content && strcmp(content, name) == 0)
            return (int32_t)json_integer_value(json_object_get(token, "id"));
    }
    spec_add_special(spec, name, *next);
    return (*next)++;
}

/* Tokens that stand for no word: mask, <none> and the values. */
static bool add_tokens(struct word_rows *rows, const struct word_source *source, struct lacuna_error *error)
{
    struct listing listing = { .names = json_object(), .values = json_array() };
    bool fine = each_line(source->controls, source->control_count, list_values, &listing, error);
    struct tokenizer *plain = fine ? tokenizer_from_json(rows->tokenizer, "vocabulary", error) : NULL;
    int32_t next = plain ? tokenizer_size(plain) : 0;
    tokenizer_close(plain);
    json_decref(listing.names);
    rows->mask = plain && source->masks ? special_of(rows->tokenizer, "<mask>", &next) : -1;
    rows->slots = listing.most;
    rows->none = plain && rows->slots ? special_of(rows->tokenizer, "<none>", &next) : -1;
    json_t *row;
    size_t index;
    json_array_foreach(listing.values, index, row)
    {
        char *name = token_name(row);
        json_object_set_new(row, "token", json_integer(special_of(rows->tokenizer, name, &next)));
        free(name);
    }
    rows->attributes = listing.values;
    return plain &&
           (rows->slots <= SLOTS_MOST ||
            fail(error, LACUNA_BAD_REQUEST, "a line has %d values, more than %d", rows->slots, SLOTS_MOST));
}

/* ---- rows */

struct reading {
    struct word_rows *rows;
    const struct tokenizer *tokenizer;
    size_t room;
    bool pairs; /* a pair was there */
};

static void grow(struct reading *reading)
{
    struct word_rows *rows = reading->rows;
    size_t length = (size_t)rows->length;
    if (rows->count < reading->room)
        return;
    reading->room = 2 * reading->room + 64;
    rows->ids = memory_resize(rows->ids, reading->room * length, sizeof *rows->ids);
    rows->open = memory_resize(rows->open, reading->room * length, 1);
    rows->values = memory_resize(rows->values, reading->room * (size_t)rows->slots, sizeof *rows->values);
}

/* The ids become a row whose places from `open` on are open, unless they are nothing or too many. */
static void add_row(struct reading *reading, struct ids *ids, size_t open)
{
    struct word_rows *rows = reading->rows;
    size_t length = (size_t)rows->length;
    if (ids->count >= length) {
        rows->dropped++;
        return;
    }
    if (ids->count == (size_t)rows->front || ids->count == open)
        return;
    ids_push(ids, rows->end);
    while (ids->count < length)
        ids_push(ids, rows->pad);
    grow(reading);
    memcpy(rows->ids + rows->count * length, ids->at, length * sizeof *ids->at);
    memset(rows->open + rows->count * length, 1, length);
    memset(rows->open + rows->count * length, 0, open);
    for (int i = 0; i < rows->slots; i++)
        rows->values[rows->count * (size_t)rows->slots + (size_t)i] = rows->none;
    rows->count++;
}

static void begin_row(const struct word_rows *rows, struct ids *ids)
{
    for (int i = 0; i < rows->front; i++)
        ids_push(ids, rows->slots ? rows->none : rows->start);
}

/* A source, its end, and what leads up to where every target begins. */
static bool put_source(const struct reading *reading, struct line source, struct ids *ids,
                       struct lacuna_error *error)
{
    const struct word_rows *rows = reading->rows;
    if (!tokenizer_encode(reading->tokenizer, source.at, source.size, false, ids, error))
        return false;
    ids_push(ids, rows->end);
    while (ids->count < (size_t)rows->target)
        ids_push(ids, rows->pad);
    return true;
}

/* A row of a text, or of a pair where it has a tab. */
static bool add_text(struct reading *reading, struct line text, struct lacuna_error *error)
{
    struct word_rows *rows = reading->rows;
    bool pair = memchr(text.at, '\t', text.size), fits = true;
    struct ids ids = { 0 };
    begin_row(rows, &ids);
    bool fine = !pair || put_source(reading, in_front(text), &ids, error);
    if (pair) {
        fits = ids.count == (size_t)rows->target;
        text = behind_tab(text);
        reading->pairs = true;
    }
    fine = fine && tokenizer_encode(reading->tokenizer, text.at, text.size, false, &ids, error);
    if (fine && fits)
        add_row(reading, &ids, pair ? (size_t)rows->target : 0);
    rows->dropped += fine && !fits;
    ids_free(&ids);
    return fine;
}

static bool add_line(void *user, struct line line, struct lacuna_error *error)
{
    return add_text(user, line, error);
}

static bool add_controlled(void *user, struct line line, struct lacuna_error *error)
{
    struct reading *reading = user;
    struct word_rows *rows = reading->rows;
    struct line front = in_front(line), slot, value;
    size_t before = rows->count;
    bool fine = add_text(reading, behind_tab(line), error);
    if (rows->count == before)
        return fine;
    int32_t *values = rows->values + before * (size_t)rows->slots;
    for (int i = 0; next_value(&front, &slot, &value); i++) {
        char *name = memory_text(slot.at, slot.size + value.size + 2);
        values[i] = tokenizer_id(reading->tokenizer, name);
        free(name);
    }
    return true;
}

static bool set_marks(struct word_rows *rows, const struct tokenizer *tokenizer, struct lacuna_error *error)
{
    int32_t *const ids[MARKS] = { &rows->start, &rows->end, &rows->unknown, &rows->pad };
    for (int i = 0; i < MARKS; i++)
        *ids[i] = tokenizer_id(tokenizer, marks[i]);
    rows->vocabulary = tokenizer_size(tokenizer);
    rows->front = rows->slots ? rows->slots : 1;
    rows->target = rows->length / 2;
    return (rows->start >= 0 && rows->end >= 0 && rows->pad >= 0) ||
           fail(error, LACUNA_MODEL, "the vocabulary lacks one of START, END and PAD");
}

static bool find_words(struct word_rows *rows, const struct word_source *source, struct lacuna_error *error)
{
    if (source->tokenizer) {
        rows->tokenizer = json_deep_copy(source->tokenizer);
        return true;
    }
    struct counting counting = { .stage = split_stage(), .counts = json_object() };
    json_t *rule = cut_rule();
    bool fine = counting.stage->open(&counting.state, rule, error) &&
                each_line(source->files, source->file_count, count_line, &counting, error) &&
                each_line(source->controls, source->control_count, count_controlled, &counting, error);
    if (fine)
        rows->tokenizer = spec_of(vocabulary_of(counting.counts, source->least));
    if (counting.state)
        counting.stage->close(counting.state);
    json_decref(rule);
    json_decref(counting.counts);
    return fine;
}

bool word_rows_read(struct word_rows *rows, const struct word_source *source, struct lacuna_error *error)
{
    *rows = (struct word_rows){ .length = source->length, .mask = -1, .none = -1 };
    bool fine = find_words(rows, source, error) && add_tokens(rows, source, error);
    struct tokenizer *tokenizer = fine ? tokenizer_from_json(rows->tokenizer, "vocabulary", error) : NULL;
    struct reading reading = { .rows = rows, .tokenizer = tokenizer };
    fine = tokenizer && set_marks(rows, tokenizer, error) &&
           each_line(source->files, source->file_count, add_line, &reading, error) &&
           each_line(source->controls, source->control_count, add_controlled, &reading, error);
    tokenizer_close(tokenizer);
    if (fine && !rows->count)
        fine = fail(error, LACUNA_BAD_REQUEST, "there is no line that fits into %d tokens", rows->length);
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
    json_decref(rows->attributes);
    free(rows->ids);
    free(rows->open);
    free(rows->values);
    *rows = (struct word_rows){ 0 };
}
