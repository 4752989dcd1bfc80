#include "model/tokenizer/bpe_train.h"

#include "model/base/buffer.h"
#include "model/base/file.h"
#include "model/base/memory.h"
#include "model/tokenizer/letters.h"
#include "model/tokenizer/pair_table.h"
#include "model/tokenizer/piece_counts.h"

#include <stdlib.h>
#include <string.h>

enum { PIECES_MAX = 250000, PROGRESS_EVERY = 256 };

/* The pieces as ids, one after the other. */
struct words {
    int32_t *ids;
    struct word {
        size_t start;
        uint32_t size;
        int64_t count;
    } * at;
    size_t count;
};

static int piece_order(const void *left, const void *right)
{
    const struct counted_piece *a = left, *b = right;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    size_t common = a->size < b->size ? a->size : b->size;
    int order = memcmp(a->bytes, b->bytes, common);
    return order ? order : (a->size > b->size) - (a->size < b->size);
}

static struct words words_new(const struct piece_counts *counts, const struct bpe_recipe *recipe)
{
    size_t count, most = recipe->pieces_max ? recipe->pieces_max : PIECES_MAX, room = 0;
    struct counted_piece *pieces = piece_counts_list(counts, &count);
    qsort(pieces, count, sizeof *pieces, piece_order);
    count = count < most ? count : most;
    for (size_t k = 0; k < count; k++)
        room += pieces[k].size;
    struct words words = { .ids = memory_new(room, sizeof *words.ids),
                           .at = memory_new(count, sizeof *words.at) };
    size_t used = 0;
    for (size_t k = 0; k < count; k++) {
        if (pieces[k].size < 2)
            continue;
        words.at[words.count++] = (struct word){ used, (uint32_t)pieces[k].size, pieces[k].count };
        for (size_t byte = 0; byte < pieces[k].size; byte++)
            words.ids[used++] = (int32_t)recipe->special_count + (uint8_t)pieces[k].bytes[byte];
    }
    free(pieces);
    return words;
}

static void word_count(struct pair_table *pairs, const struct words *words, size_t index, int64_t count,
                       bool list)
{
    const struct word *word = &words->at[index];
    const int32_t *ids = words->ids + word->start;
    for (uint32_t k = 0; k + 1 < word->size; k++) {
        struct pair_row *row = pair_table_row(pairs, ids[k], ids[k + 1]);
        row->count += count;
        if (list)
            pair_row_list(row, (uint32_t)index);
    }
}

/* Writes `into` wherever the pair stands; false where it does not. */
static bool word_merge(struct words *words, size_t index, int32_t left, int32_t right, int32_t into)
{
    struct word *word = &words->at[index];
    int32_t *ids = words->ids + word->start;
    uint32_t made = 0;
    for (uint32_t k = 0; k < word->size; k++) {
        bool here = ids[k] == left && k + 1 < word->size && ids[k + 1] == right;
        ids[made++] = here ? into : ids[k];
        k += here;
    }
    bool any = made != word->size;
    word->size = made;
    return any;
}

static bool word_holds(const struct words *words, size_t index, int32_t left, int32_t right)
{
    const struct word *word = &words->at[index];
    const int32_t *ids = words->ids + word->start;
    for (uint32_t k = 0; k + 1 < word->size; k++)
        if (ids[k] == left && ids[k + 1] == right)
            return true;
    return false;
}

/* Pairs with the new id are listed and offered; the counts of the others only fell. */
static void word_offer(struct pair_table *pairs, const struct words *words, size_t index, int32_t into)
{
    const struct word *word = &words->at[index];
    const int32_t *ids = words->ids + word->start;
    for (uint32_t k = 0; k + 1 < word->size; k++)
        if (ids[k] == into || ids[k + 1] == into) {
            struct pair_row *row = pair_table_row(pairs, ids[k], ids[k + 1]);
            pair_row_list(row, (uint32_t)index);
            pair_table_touch(pairs, row);
        }
}

static void pair_merge(struct pair_table *pairs, struct words *words, int32_t left, int32_t right,
                       int32_t into)
{
    size_t listed;
    uint32_t *list = pair_row_take(pair_table_row(pairs, left, right), &listed);
    for (size_t k = 0; k < listed; k++) {
        size_t index = list[k];
        if (!word_holds(words, index, left, right))
            continue;
        word_count(pairs, words, index, -words->at[index].count, false);
        word_merge(words, index, left, right, into);
        word_count(pairs, words, index, words->at[index].count, false);
        word_offer(pairs, words, index, into);
    }
    free(list);
    pair_table_row(pairs, left, right)->count = 0;
    pair_table_offer_touched(pairs);
}

static size_t merges_learn(struct words *words, const struct bpe_recipe *recipe, size_t wanted,
                           struct pair_ids *merges)
{
    struct pair_table pairs = { 0 };
    for (size_t k = 0; k < words->count; k++)
        word_count(&pairs, words, k, words->at[k].count, true);
    pair_table_offer_all(&pairs);
    size_t made = 0;
    int32_t first = (int32_t)recipe->special_count + 256;
    while (made < wanted && pair_table_best(&pairs, &merges[made])) {
        pair_merge(&pairs, words, merges[made].left, merges[made].right, first + (int32_t)made);
        made++;
        if (recipe->progress && (made % PROGRESS_EVERY == 0 || made == wanted))
            recipe->progress(recipe->user, made, wanted);
    }
    pair_table_free(&pairs);
    return made;
}

/* ---- tokenizer.json */

static json_t *specials_new(const struct bpe_recipe *recipe)
{
    json_t *list = json_array();
    for (size_t k = 0; k < recipe->special_count; k++)
        json_array_append_new(list, json_pack("{s:I, s:s, s:b, s:b, s:b, s:b, s:b}", "id", (json_int_t)k,
                                              "content", recipe->specials[k], "single_word", 0, "lstrip", 0,
                                              "rstrip", 0, "normalized", 0, "special", 1));
    return list;
}

/* Spellings in the byte alphabet, [256 + made]. */
static struct buffer *spellings_new(const struct pair_ids *merges, size_t made, size_t specials)
{
    struct buffer *spellings = memory_new(256 + made, sizeof *spellings);
    for (int byte = 0; byte < 256; byte++)
        buffer_add_letter(&spellings[byte], byte_letter((uint8_t)byte));
    for (size_t k = 0; k < made; k++) {
        const struct buffer *left = &spellings[(size_t)merges[k].left - specials];
        const struct buffer *right = &spellings[(size_t)merges[k].right - specials];
        buffer_add(&spellings[256 + k], left->at, left->size);
        buffer_add(&spellings[256 + k], right->at, right->size);
    }
    return spellings;
}

static json_t *model_new(const struct bpe_recipe *recipe, const struct pair_ids *merges, size_t made)
{
    struct buffer *spellings = spellings_new(merges, made, recipe->special_count);
    json_t *vocab = json_object(), *list = json_array();
    for (size_t k = 0; k < recipe->special_count; k++)
        json_object_set_new(vocab, recipe->specials[k], json_integer((json_int_t)k));
    for (size_t k = 0; k < 256 + made; k++)
        json_object_set_new(vocab, spellings[k].at, json_integer((json_int_t)(recipe->special_count + k)));
    for (size_t k = 0; k < made; k++)
        json_array_append_new(
            list, json_sprintf("%s %s", spellings[(size_t)merges[k].left - recipe->special_count].at,
                               spellings[(size_t)merges[k].right - recipe->special_count].at));
    for (size_t k = 0; k < 256 + made; k++)
        buffer_free(&spellings[k]);
    free(spellings);
    return json_pack("{s:s, s:n, s:n, s:n, s:n, s:b, s:b, s:o, s:o}", "type", "BPE", "dropout", "unk_token",
                     "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk", 0, "byte_fallback", 0,
                     "vocab", vocab, "merges", list);
}

static json_t *spec_new(const struct piece_counts *counts, const struct bpe_recipe *recipe,
                        const struct pair_ids *merges, size_t made)
{
    json_t *level = json_pack("{s:s, s:b, s:b, s:b}", "type", "ByteLevel", "add_prefix_space", 0,
                              "trim_offsets", 0, "use_regex", 0);
    json_t *cut = json_pack("{s:s, s:[{s:s, s:{s:s}, s:s, s:b}, O]}", "type", "Sequence", "pretokenizers",
                            "type", "Split", "pattern", "Regex", piece_counts_regex(counts), "behavior",
                            "Isolated", "invert", 0, level);
    return json_pack("{s:s, s:n, s:n, s:o, s:n, s:o, s:n, s:o, s:o}", "version", "1.0", "truncation",
                     "padding", "added_tokens", specials_new(recipe), "normalizer", "pre_tokenizer", cut,
                     "post_processor", "decoder", level, "model", model_new(recipe, merges, made));
}

json_t *bpe_train(const struct piece_counts *counts, const struct bpe_recipe *recipe,
                  struct lacuna_error *error)
{
    int64_t wanted = recipe->vocabulary - 256 - (int64_t)recipe->special_count;
    if (wanted < 0) {
        fail(error, LACUNA_BAD_REQUEST, "a vocabulary of %d has no room for %zu special tokens and 256 bytes",
             recipe->vocabulary, recipe->special_count);
        return NULL;
    }
    struct words words = words_new(counts, recipe);
    struct pair_ids *merges = memory_new((size_t)wanted, sizeof *merges);
    size_t made = merges_learn(&words, recipe, (size_t)wanted, merges);
    json_t *spec = NULL;
    if (made == (size_t)wanted)
        spec = spec_new(counts, recipe, merges, made);
    else
        fail(error, LACUNA_BAD_REQUEST,
             "the text gives only %zu merges, a vocabulary of %d needs %lld; choose a smaller one", made,
             recipe->vocabulary, (long long)wanted);
    if (spec && json_object_size(json_object_get(json_object_get(spec, "model"), "vocab")) !=
                    (size_t)recipe->vocabulary) {
        fail(error, LACUNA_BAD_REQUEST,
             "two tokens of the vocabulary are spelled alike: choose other special tokens");
        json_decref(spec);
        spec = NULL;
    }
    free(merges);
    free(words.ids);
    free(words.at);
    return spec;
}

bool tokenizer_json_write(const char *path, const json_t *spec, struct lacuna_error *error)
{
    char *text = json_dumps(spec, JSON_INDENT(1));
    if (!text)
        return fail(error, LACUNA_MODEL, "%s: the tokenizer cannot be written as JSON", path);
    bool written = file_write(path, text, strlen(text), error);
    free(text);
    return written;
}
