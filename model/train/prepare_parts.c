#include "model/train/prepare_parts.h"

#include "model/base/file.h"
#include "model/tokenizer/bpe_train.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const split_names[SPLITS] = { "train", "valid", "test" };
const char *const specials[SPECIALS] = { "<pad>", "<mask>", "<null>", "<none>", "<bos>", "<eos>" };

bool split_add(struct split *split, const struct tokenizer *tokenizer, const char *text, size_t size,
               struct ids *ids, struct lacuna_error *error)
{
    ids->count = 0;
    if (!tokenizer_encode(tokenizer, text, size, false, ids, error))
        return false;
    for (size_t i = 0; i < ids->count; i++) {
        uint16_t id = (uint16_t)ids->at[i];
        buffer_add(&split->tokens, &id, sizeof id);
    }
    split->count += (uint32_t)ids->count;
    return true;
}

static bool write_file(const char *folder, const char *split, const char *what, const struct buffer *bytes,
                       struct lacuna_error *error)
{
    char name[64];
    snprintf(name, sizeof name, "%s.%s.bin", split, what);
    char *path = path_join(folder, name);
    bool fine = file_write(path, bytes->at, bytes->size, error);
    free(path);
    return fine;
}

static bool write_meta(const struct split *splits, const char *folder, int vocabulary, json_t *meta,
                       struct lacuna_error *error)
{
    json_t *counts = json_object();
    for (int i = 0; i < SPLITS; i++)
        json_object_set_new(counts, split_names[i],
                            json_pack("{s:I}", "tokens", (json_int_t)splits[i].count));
    json_object_set_new(meta, "vocab_size", json_integer(vocabulary));
    json_object_set_new(meta, "counts", counts);
    char *text = json_dumps(meta, JSON_INDENT(1)), *path = path_join(folder, "meta.json");
    bool fine = file_write(path, text, strlen(text), error);
    free(text);
    free(path);
    return fine;
}

bool splits_write(const struct split *splits, const char *folder, int vocabulary, json_t *meta,
                  struct lacuna_error *error)
{
    bool fine = true;
    for (int i = 0; i < SPLITS && fine; i++)
        fine = write_file(folder, split_names[i], "tokens", &splits[i].tokens, error) &&
               write_file(folder, split_names[i], "docs", &splits[i].documents, error) &&
               write_file(folder, split_names[i], "sents", &splits[i].sentences, error);
    fine = fine && write_meta(splits, folder, vocabulary, meta, error);
    json_decref(meta);
    return fine;
}

void splits_free(struct split *splits)
{
    for (int i = 0; i < SPLITS; i++) {
        buffer_free(&splits[i].tokens);
        buffer_free(&splits[i].documents);
        buffer_free(&splits[i].sentences);
    }
}

/* Where the text gives fewer merges than asked for: half as many pieces, and so on. */
static json_t *learn(const struct piece_counts *counts, const char *const *names, size_t name_count,
                     int vocabulary, struct lacuna_error *error)
{
    enum { PIECES_MIN = 320 };
    json_t *spec = NULL;
    for (int size = 2 * vocabulary; !spec && size > PIECES_MIN;) {
        size = size / 2 < PIECES_MIN ? PIECES_MIN : size / 2;
        struct bpe_recipe recipe = { .vocabulary = size, .specials = names, .special_count = name_count };
        spec = bpe_train(counts, &recipe, error);
    }
    return spec;
}

bool pieces_learn(const struct buffer *lines, const char *const *names, size_t name_count, int vocabulary,
                  const char *path, struct lacuna_error *error)
{
    struct piece_counts *counts = piece_counts_new(NULL, error);
    bool fine = counts != NULL;
    for (const char *at = lines->at, *end = at + lines->size; fine && at < end;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        fine = piece_counts_add(counts, at, (size_t)(stop - at), error);
        at = stop + 1;
    }
    json_t *spec = fine ? learn(counts, names, name_count, vocabulary, error) : NULL;
    fine = spec && tokenizer_json_write(path, spec, error);
    json_decref(spec);
    piece_counts_free(counts);
    return fine;
}
