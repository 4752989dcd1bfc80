#include "model/train/prepare_pairs.h"

#include "model/base/file.h"
#include "model/base/memory.h"
#include "model/base/utf8.h"
#include "model/network/pair.h"
#include "model/train/corpus.h"
#include "model/train/prepare_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT_EVERY = 20, KEPT_MOST = 300, NAME_MOST = 64 };

struct line {
    const char *at;
    size_t size;
};

struct work {
    const struct pair_preparation *preparation;
    struct buffer text; /* for each pair two lines */
    size_t *ends;       /* [file_count] bytes of text behind each file */
    char *names[ATTRIBUTES_MAX];
    int *attributes; /* [file_count] index of names */
    int name_count;
    struct tokenizer *tokenizer;
    struct split splits[SPLITS];
    struct ids ids; /* scratch */
    size_t pair_count;
    struct pair_counts counts;
};

/* The text without blanks at its ends; what is no text is a blank. */
static void add_text(struct buffer *out, const char *at, size_t size)
{
    buffer_add_byte(out, ' ');
    while (size && strchr(" \t\r", at[0])) {
        at++;
        size--;
    }
    while (size && strchr(" \t\r", at[size - 1]))
        size--;
    for (size_t i = 0; i < size; i++)
        buffer_add_byte(out, (unsigned char)at[i] < ' ' ? ' ' : at[i]);
    buffer_add_byte(out, '\n');
}

static bool add_line(struct work *work, const char *at, size_t size)
{
    const char *tab = memchr(at, '\t', size);
    if (!tab || tab == at || tab + 1 == at + size)
        return false;
    add_text(&work->text, at, (size_t)(tab - at));
    add_text(&work->text, tab + 1, size - (size_t)(tab + 1 - at));
    work->pair_count++;
    return true;
}

static bool read_file(struct work *work, const char *path, struct lacuna_error *error)
{
    struct mapping file;
    if (!mapping_open(&file, path, error))
        return false;
    const char *text = (const char *)file.at;
    bool fine =
        utf8_valid(text, file.size) == file.size || fail(error, LACUNA_BAD_REQUEST, "%s is no UTF-8", path);
    size_t number = 0;
    for (size_t at = 0; fine && at < file.size;) {
        const char *end = memchr(text + at, '\n', file.size - at);
        size_t size = (end ? (size_t)(end - text) : file.size) - at;
        number++;
        if (size && !add_line(work, text + at, size))
            fine = fail(error, LACUNA_BAD_REQUEST, "%s:%zu is no pair: a line is \"source TAB target\"", path,
                        number);
        at += size + 1;
    }
    mapping_close(&file);
    return fine;
}

static int attribute_index(struct work *work, const char *attribute)
{
    for (int i = 0; i < work->name_count; i++)
        if (strcmp(work->names[i], attribute) == 0)
            return i;
    if (work->name_count == ATTRIBUTES_MAX)
        return -1;
    work->names[work->name_count] = memory_text(attribute, strlen(attribute));
    return work->name_count++;
}

static bool read_files(struct work *work, struct lacuna_error *error)
{
    const struct pair_preparation *p = work->preparation;
    work->ends = memory_new(p->file_count, sizeof *work->ends);
    work->attributes = memory_new(p->file_count, sizeof *work->attributes);
    for (size_t i = 0; i < p->file_count; i++) {
        const char *name = p->files[i].attribute;
        work->attributes[i] = attribute_index(work, name);
        if (!*name || strlen(name) >= NAME_MOST || strpbrk(name, " ,\t") || work->attributes[i] < 0)
            return fail(error, LACUNA_BAD_REQUEST,
                        "'%s' cannot be an attribute: one word, and %d of them at most", name,
                        ATTRIBUTES_MAX);
        if (!read_file(work, p->files[i].path, error))
            return false;
        work->ends[i] = work->text.size;
    }
    return work->pair_count || fail(error, LACUNA_BAD_REQUEST, "there are no pairs to learn from");
}

static bool learn_tokenizer(struct work *work, struct lacuna_error *error)
{
    const struct pair_preparation *p = work->preparation;
    char spelled[ATTRIBUTES_MAX][NAME_MOST + 8];
    const char *names[SPECIALS + ATTRIBUTES_MAX];
    memcpy(names, specials, sizeof specials);
    for (int i = 0; i < work->name_count; i++) {
        snprintf(spelled[i], sizeof spelled[i], "<style=%s>", work->names[i]);
        names[SPECIALS + i] = spelled[i];
    }
    char *path = path_join(p->folder, "tokenizer.json");
    bool fine =
        pieces_learn(&work->text, names, SPECIALS + (size_t)work->name_count, p->vocabulary, path, error);
    work->tokenizer = fine ? tokenizer_open(path, error) : NULL;
    free(path);
    return work->tokenizer;
}

static struct line next_line(const char **at, const char *end)
{
    const char *first = *at, *stop = memchr(first, '\n', (size_t)(end - first));
    *at = stop + 1;
    return (struct line){ first, (size_t)(stop - first) };
}

/* One pair, unless it is too long. */
static bool add_pair(struct work *work, struct split *split, int attribute, struct line source,
                     struct line target, struct lacuna_error *error)
{
    uint32_t begin = (uint32_t)work->preparation->begin;
    uint32_t first = split->count;
    size_t bytes = split->tokens.size;
    if (!split_add(split, work->tokenizer, source.at, source.size, &work->ids, error))
        return false;
    uint32_t middle = split->count;
    if (!split_add(split, work->tokenizer, target.at, target.size, &work->ids, error))
        return false;
    uint32_t end = split->count;
    if (middle - first > begin - PAIR_SLOTS || end - middle > begin - PAIR_SLOTS) {
        split->count = first;
        split->tokens.size = bytes;
        work->counts.left_out++;
        return true;
    }
    struct document documents[2] = { { first, middle }, { middle, end } };
    struct sentence sentence = { .start = middle, .end = end, .labels = (uint64_t)1 << attribute };
    buffer_add(&split->documents, documents, sizeof documents);
    buffer_add(&split->sentences, &sentence, sizeof sentence);
    if (split == work->splits) {
        work->counts.pairs++;
        work->counts.tokens += end - first + PAIR_SLOTS;
    }
    return true;
}

/* Of few pairs: what is validated is what was learnt. */
static void copy_split(struct split *split, const struct split *from)
{
    buffer_add(&split->tokens, from->tokens.at, from->tokens.size);
    buffer_add(&split->documents, from->documents.at, from->documents.size);
    buffer_add(&split->sentences, from->sentences.at, from->sentences.size);
    split->count = from->count;
}

/* The same pairs of a file are kept for validation each time it is named. */
static bool cut_pairs(struct work *work, struct lacuna_error *error)
{
    size_t every = work->pair_count / KEPT_MOST > KEPT_EVERY ? work->pair_count / KEPT_MOST : KEPT_EVERY;
    const char *at = work->text.at;
    for (size_t i = 0; i < work->preparation->file_count; i++)
        for (size_t n = 0; at < work->text.at + work->ends[i]; n++) {
            struct line source = next_line(&at, work->text.at + work->text.size);
            struct line target = next_line(&at, work->text.at + work->text.size);
            struct split *split = &work->splits[n % every == every - 1];
            if (!add_pair(work, split, work->attributes[i], source, target, error))
                return false;
        }
    if (!work->counts.pairs)
        return fail(error, LACUNA_BAD_REQUEST, "all pairs are longer than %d tokens",
                    work->preparation->begin);
    if (!work->splits[1].documents.size)
        copy_split(&work->splits[1], &work->splits[0]);
    return true;
}

static bool write_all(const struct work *work, struct lacuna_error *error)
{
    json_t *attributes = json_array();
    for (int i = 0; i < work->name_count; i++)
        json_array_append_new(attributes, json_pack("{s:s, s:s, s:i, s:i}", "value", work->names[i], "slot",
                                                    "style", "token", SPECIALS + i, "bit", i));
    json_t *meta =
        json_pack("{s:o, s:i}", "attributes", attributes, "target_position", work->preparation->begin);
    return splits_write(work->splits, work->preparation->folder,
                        (tokenizer_size(work->tokenizer) + 63) / 64 * 64, meta, error);
}

bool prepare_pairs(const struct pair_preparation *preparation, struct pair_counts *counts,
                   struct lacuna_error *error)
{
    struct work work = { .preparation = preparation };
    bool fine = folder_make(preparation->folder, error) && read_files(&work, error) &&
                learn_tokenizer(&work, error) && cut_pairs(&work, error) && write_all(&work, error);
    *counts = work.counts;
    splits_free(work.splits);
    for (int i = 0; i < work.name_count; i++)
        free(work.names[i]);
    if (work.tokenizer)
        tokenizer_close(work.tokenizer);
    free(work.ends);
    free(work.attributes);
    ids_free(&work.ids);
    buffer_free(&work.text);
    return fine;
}
