/* BPE: the letters of a piece (bytes spelled as letters, or characters) are merged pair by pair.
 * A character without a token becomes its bytes (<0xE2>, byte_fallback), else the unknown token, else
 * nothing. */
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/base/utf8.h"
#include "model/tokenizer/letters.h"
#include "model/tokenizer/merges.h"
#include "model/tokenizer/part.h"

#include <stdlib.h>
#include <string.h>

enum { AFFIX_MAX = 256 }; /* each letter of a text costs so much time */

struct bpe {
    const struct vocabulary *vocabulary;
    struct merges merges;
    int32_t bytes[256]; /* ids of single bytes: letters of the byte alphabet, or <0x00>… with byte_fallback */
    char *prefix, *suffix;
    int32_t unknown;
    bool byte_level, byte_fallback, fuse_unknown, whole_first;
};

static void bpe_close(void *state)
{
    struct bpe *bpe = state;
    merges_free(&bpe->merges);
    free(bpe->prefix);
    free(bpe->suffix);
    free(bpe);
}

/* ---- opening */

/* `whole` is working memory. */
static bool merge_add(struct bpe *bpe, struct buffer *whole, const char *left, size_t left_size,
                      const char *right, size_t right_size, size_t rank, struct lacuna_error *error)
{
    const struct vocabulary *vocabulary = bpe->vocabulary;
    size_t skip = strlen(bpe->prefix);
    buffer_clear(whole);
    buffer_add(whole, left, left_size);
    if (skip && right_size >= skip && !memcmp(right, bpe->prefix, skip))
        buffer_add(whole, right + skip, right_size - skip);
    else
        buffer_add(whole, right, right_size);
    struct merge merge = { vocabulary_find(vocabulary, left, left_size),
                           vocabulary_find(vocabulary, right, right_size),
                           vocabulary_find(vocabulary, whole->at, whole->size) };
    if (merge.left < 0 || merge.right < 0 || merge.into < 0)
        return fail(error, LACUNA_MODEL,
                    "merge %zu, \"%.*s %.*s\", has a side or a result that is not in the vocabulary", rank,
                    (int)(left_size < 60 ? left_size : 60), left, (int)(right_size < 60 ? right_size : 60),
                    right);
    merges_add(&bpe->merges, merge);
    return true;
}

/* "a b" or ["a", "b"] */
static bool merge_read(struct bpe *bpe, struct buffer *whole, const json_t *value, size_t rank,
                       struct lacuna_error *error)
{
    const json_t *left = json_array_get(value, 0), *right = json_array_get(value, 1);
    if (json_array_size(value) == 2 && json_is_string(left) && json_is_string(right))
        return merge_add(bpe, whole, json_string_value(left), json_string_length(left),
                         json_string_value(right), json_string_length(right), rank, error);
    const char *text = json_string_value(value), *blank = text ? strchr(text, ' ') : NULL;
    if (!blank || strchr(blank + 1, ' '))
        return fail(error, LACUNA_MODEL, "merge %zu is no pair", rank);
    return merge_add(bpe, whole, text, (size_t)(blank - text), blank + 1, strlen(blank + 1), rank, error);
}

static void bytes_find(struct bpe *bpe)
{
    for (int byte = 0; byte < 256; byte++) {
        char spelling[8];
        size_t size = bpe->byte_level ? utf8_encode(byte_letter((uint8_t)byte), spelling)
                                      : (size_t)snprintf(spelling, sizeof spelling, "<0x%02X>", byte);
        bpe->bytes[byte] = vocabulary_find(bpe->vocabulary, spelling, size);
    }
}

static bool options_read(struct bpe *bpe, const json_t *options, struct lacuna_error *error)
{
    if (json_real_or(options, "dropout", 0) != 0)
        return fail(error, LACUNA_MODEL, "dropout is not supported");
    const char *unknown = json_text(options, "unk_token", NULL);
    bpe->unknown = unknown ? vocabulary_find(bpe->vocabulary, unknown, strlen(unknown)) : -1;
    if (unknown && bpe->unknown < 0)
        return fail(error, LACUNA_MODEL, "unk_token \"%.60s\" is not in the vocabulary", unknown);
    const char *prefix = json_text(options, "continuing_subword_prefix", "");
    const char *suffix = json_text(options, "end_of_word_suffix", "");
    if (strlen(prefix) > AFFIX_MAX || strlen(suffix) > AFFIX_MAX)
        return fail(error, LACUNA_MODEL, "its prefix or suffix is over %d bytes", AFFIX_MAX);
    bpe->prefix = memory_text(prefix, strlen(prefix));
    bpe->suffix = memory_text(suffix, strlen(suffix));
    bpe->byte_fallback = json_flag(options, "byte_fallback", false);
    bpe->fuse_unknown = json_flag(options, "fuse_unk", false);
    bpe->whole_first = json_flag(options, "ignore_merges", false);
    return true;
}

static bool bpe_open(void **state, const json_t *options, const struct vocabulary *vocabulary,
                     bool byte_level, struct lacuna_error *error)
{
    struct bpe *bpe = memory_new(1, sizeof *bpe);
    bpe->vocabulary = vocabulary;
    bpe->byte_level = byte_level;
    const json_t *merges = json_object_get(options, "merges"), *merge;
    bool fine = options_read(bpe, options, error);
    if (fine && !json_is_array(merges))
        fine = fail(error, LACUNA_MODEL, "needs a list of merges");
    struct buffer whole = { 0 };
    size_t rank;
    merges_expect(&bpe->merges, json_array_size(merges));
    json_array_foreach(merges, rank, merge)
    {
        fine = fine && merge_read(bpe, &whole, merge, rank, error);
    }
    buffer_free(&whole);
    if (!fine) {
        bpe_close(bpe);
        return false;
    }
    bytes_find(bpe);
    *state = bpe;
    return true;
}

/* ---- encoding */

/* Ids while they are found; an unknown token waits until the next known one, since unknown neighbours may
 * fuse. */
struct found {
    struct ids *out;
    bool waiting;
};

static void found_flush(const struct bpe *bpe, struct found *found)
{
    if (found->waiting)
        ids_push(found->out, bpe->unknown);
    found->waiting = false;
}

static bool found_bytes(const struct bpe *bpe, struct found *found, const char *text, size_t size)
{
    for (size_t k = 0; k < size; k++)
        if (bpe->bytes[(uint8_t)text[k]] < 0)
            return false;
    for (size_t k = 0; k < size; k++)
        ids_push(found->out, bpe->bytes[(uint8_t)text[k]]);
    return true;
}

static void found_add(const struct bpe *bpe, struct found *found, int32_t id, const char *spelling,
                      size_t size)
{
    if (id >= 0) {
        found_flush(bpe, found);
        ids_push(found->out, id);
        return;
    }
    if (bpe->byte_fallback && found_bytes(bpe, found, spelling, size))
        return;
    if (bpe->unknown < 0)
        return;
    if (!bpe->fuse_unknown)
        found_flush(bpe, found);
    found->waiting = true;
}

static void character_find(const struct bpe *bpe, struct found *found, const char *piece, size_t size,
                           size_t at, size_t length)
{
    bool first = at == 0, last = at + length == size;
    if ((first || !*bpe->prefix) && (!last || !*bpe->suffix)) {
        found_add(bpe, found, vocabulary_find(bpe->vocabulary, piece + at, length), piece + at, length);
        return;
    }
    struct buffer spelling = { 0 };
    if (!first)
        buffer_add_text(&spelling, bpe->prefix);
    buffer_add(&spelling, piece + at, length);
    if (last)
        buffer_add_text(&spelling, bpe->suffix);
    found_add(bpe, found, vocabulary_find(bpe->vocabulary, spelling.at, spelling.size), spelling.at,
              spelling.size);
    buffer_free(&spelling);
}

static int32_t whole_find(const struct bpe *bpe, const char *piece, size_t size)
{
    if (!bpe->byte_level)
        return vocabulary_find(bpe->vocabulary, piece, size);
    struct buffer letters = { 0 };
    bytes_to_letters(piece, size, &letters);
    int32_t id = vocabulary_find(bpe->vocabulary, letters.at, letters.size);
    buffer_free(&letters);
    return id;
}

static void bpe_encode(const void *state, const char *piece, size_t size, struct ids *out)
{
    const struct bpe *bpe = state;
    int32_t whole = bpe->whole_first && size ? whole_find(bpe, piece, size) : -1;
    if (whole >= 0) {
        ids_push(out, whole);
        return;
    }
    size_t before = out->count;
    struct found found = { .out = out };
    uint32_t code;
    for (size_t at = 0, length; at < size; at += length) {
        length = 1;
        if (bpe->byte_level) {
            found_add(bpe, &found, bpe->bytes[(uint8_t)piece[at]], piece + at, 1);
            continue;
        }
        length = utf8_decode(piece + at, size - at, &code);
        length = length ? length : 1;
        character_find(bpe, &found, piece, size, at, length);
    }
    found_flush(bpe, &found);
    out->count = before + merges_apply(&bpe->merges, out->at + before, out->count - before);
}

const struct token_model token_model_bpe = {
    .type = "BPE",
    .title = "BPE",
    .open = bpe_open,
    .close = bpe_close,
    .encode = bpe_encode,
};
