#include "model/train/corpus.h"

#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/network/pair.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* For qsort_r. */
static int compare_pieces(const void *a, const void *b, void *user)
{
    const struct tokenizer *tokenizer = user;
    size_t m, n;
    const char *p = tokenizer_piece(tokenizer, *(const int32_t *)a, &m);
    const char *q = tokenizer_piece(tokenizer, *(const int32_t *)b, &n);
    int order = memcmp(p, q, m < n ? m : n);
    return order ? order : (m > n) - (m < n);
}

static bool is_letter(char c)
{
    unsigned char b = (unsigned char)c;
    return b >= 128 || (b >= '0' && b <= '9') || (b >= 'A' && b <= 'Z') || (b >= 'a' && b <= 'z');
}

static bool is_contraction(const char *p, size_t size)
{
    static const char *const forms[] = { "'s", "'t", "'re", "'ve", "'m", "'ll", "'d" };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (strlen(forms[i]) == size && memcmp(forms[i], p, size) == 0)
            return true;
    return false;
}

static uint8_t traits_of(const char *p, size_t size)
{
    uint8_t traits = 0;
    size_t letters = 0;
    for (size_t i = 0; i < size; i++)
        letters += is_letter(p[i]);
    if (is_letter(p[0]) || is_contraction(p, size))
        traits |= PIECE_JOINS;
    if (is_letter(p[size - 1]))
        traits |= PIECE_TAIL;
    if (is_letter(p[0]) || (size > 1 && is_letter(p[1])))
        traits |= PIECE_WORDY;
    if (p[0] == ' ' && size > 2 && letters == size - 1)
        traits |= PIECE_BLANK;
    if (memchr(p, '\n', size))
        traits |= PIECE_NEWLINE;
    return traits;
}

static void read_pieces(struct corpus *c)
{
    c->traits = memory_new((size_t)c->vocabulary, sizeof *c->traits);
    c->sorted = memory_new((size_t)c->vocabulary, sizeof *c->sorted);
    c->full_words = memory_new((size_t)c->vocabulary, sizeof *c->full_words);
    for (int32_t id = 0; id < c->vocabulary; id++) {
        size_t size;
        const char *piece = tokenizer_piece(c->tokenizer, id, &size);
        if (!piece || !size)
            continue;
        c->traits[id] = traits_of(piece, size);
        c->sorted[c->sorted_count++] = id;
        if (c->traits[id] & PIECE_BLANK)
            c->full_words[c->full_word_count++] = id;
    }
    qsort_r(c->sorted, (size_t)c->sorted_count, sizeof *c->sorted, compare_pieces, c->tokenizer);
}

int32_t corpus_piece(const struct corpus *c, const char *bytes, size_t size)
{
    int low = 0, high = c->sorted_count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        size_t n;
        const char *piece = tokenizer_piece(c->tokenizer, c->sorted[middle], &n);
        int order = memcmp(piece, bytes, n < size ? n : size);
        if (order == 0 && n == size)
            return c->sorted[middle];
        if (order < 0 || (order == 0 && n < size))
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

static bool map_items(struct mapping *mapping, const char *folder, const char *split, const char *what,
                      size_t item, struct lacuna_error *error)
{
    char name[64];
    snprintf(name, sizeof name, "%s.%s.bin", split, what);
    char *path = path_join(folder, name);
    bool fine = mapping_open(mapping, path, error);
    if (fine && mapping->size % item != 0)
        fine = fail(error, LACUNA_MODEL, "%s: %zu bytes are no whole number of %zu-byte records", path,
                    mapping->size, item);
    free(path);
    return fine;
}

static bool check_ranges(struct corpus *c, const char *folder, const char *split, struct lacuna_error *error)
{
    uint64_t total = 0;
    c->ends = memory_new(c->document_count, sizeof *c->ends);
    for (size_t i = 0; i < c->document_count; i++) {
        struct document d = c->documents[i];
        if (d.start > d.end || d.end > c->token_count)
            return fail(error, LACUNA_MODEL, "%s/%s.docs.bin: document %zu lies outside the %zu tokens",
                        folder, split, i, c->token_count);
        c->ends[i] = total += d.end - d.start;
    }
    if (!total)
        return fail(error, LACUNA_MODEL, "%s: split %s holds no text", folder, split);
    for (size_t i = 0; i < c->sentence_count; i++) {
        struct sentence s = c->sentences[i];
        if (s.start > s.end || s.end > c->token_count || (i && s.start < c->sentences[i - 1].start))
            return fail(error, LACUNA_MODEL,
                        "%s/%s.sents.bin: sentence %zu is out of order or outside the tokens", folder, split,
                        i);
    }
    for (size_t i = 0; i < c->token_count; i++)
        if (c->tokens[i] >= c->vocabulary)
            return fail(error, LACUNA_MODEL,
                        "%s/%s.tokens.bin: token %u at place %zu is outside the vocabulary of %d", folder,
                        split, c->tokens[i], i, c->vocabulary);
    return true;
}

static bool read_attributes(struct corpus *c, const char *folder, struct lacuna_error *error)
{
    const json_t *list = json_object_get(c->meta, "attributes"), *one;
    size_t i;
    json_array_foreach(list, i, one)
    {
        int64_t bit = json_whole(one, "bit", -1), token = json_whole(one, "token", -1);
        if (bit < 0 || bit >= 64 || token < 0 || token >= c->vocabulary || i >= ATTRIBUTES_MAX)
            return fail(error, LACUNA_MODEL, "%s/meta.json: attribute %zu has no bit below 64 or no token",
                        folder, i);
        size_t sentences = 0;
        for (size_t k = 0; k < c->sentence_count; k++)
            sentences += c->sentences[k].labels >> bit & 1;
        c->attributes[c->attribute_count++] =
            (struct attribute){ .bit = (int)bit,
                                .token = (int32_t)token,
                                .weight = 1.0 / sqrt(sentences ? (double)sentences : 1.0) };
    }
    return true;
}

static bool check_pairs(struct corpus *c, const char *folder, const char *split, struct lacuna_error *error)
{
    int64_t begin = json_whole(c->meta, "target_position", 0);
    if (!begin)
        return true;
    if (begin < PAIR_BEGIN_MIN || begin > PAIR_BEGIN_MAX)
        return fail(error, LACUNA_MODEL, "%s/meta.json: \"target_position\" is not between %d and %d", folder,
                    PAIR_BEGIN_MIN, PAIR_BEGIN_MAX);
    if (c->document_count % 2 || c->sentence_count != c->document_count / 2)
        return fail(error, LACUNA_MODEL, "%s/%s.docs.bin: %zu documents with %zu sentences are no pairs",
                    folder, split, c->document_count, c->sentence_count);
    c->pair_begin = (int)begin;
    for (size_t i = 0; i < c->document_count; i++) {
        int64_t size = c->documents[i].end - c->documents[i].start, most = begin - PAIR_SLOTS;
        if (size > most || (i % 2 && !size))
            return fail(error, LACUNA_MODEL, "%s/%s.docs.bin: line %zu has %lld tokens, not 1 to %lld",
                        folder, split, i, (long long)size, (long long)most);
        c->pair_mean += (double)size;
    }
    c->pair_mean /= (double)c->document_count;
    return true;
}

static bool open_all(struct corpus *c, const char *folder, const char *split, struct lacuna_error *error)
{
    char *meta = path_join(folder, "meta.json");
    c->meta = json_from_file(meta, error);
    free(meta);
    if (!c->meta)
        return false;
    int64_t pieces = json_whole(c->meta, "vocab_size", 0);
    if (pieces < 8 || pieces > 65536)
        return fail(error, LACUNA_MODEL, "%s/meta.json: \"vocab_size\" is not between 8 and 65536", folder);
    c->vocabulary = (int)pieces;
    c->tokenizer = tokenizer_open(folder, error);
    if (!c->tokenizer || !map_items(&c->token_file, folder, split, "tokens", sizeof *c->tokens, error) ||
        !map_items(&c->document_file, folder, split, "docs", sizeof *c->documents, error) ||
        !map_items(&c->sentence_file, folder, split, "sents", sizeof *c->sentences, error))
        return false;
    c->tokens = (const void *)c->token_file.at;
    c->documents = (const void *)c->document_file.at;
    c->sentences = (const void *)c->sentence_file.at;
    c->token_count = c->token_file.size / sizeof *c->tokens;
    c->document_count = c->document_file.size / sizeof *c->documents;
    c->sentence_count = c->sentence_file.size / sizeof *c->sentences;
    if (!check_ranges(c, folder, split, error) || !check_pairs(c, folder, split, error) ||
        !read_attributes(c, folder, error))
        return false;
    read_pieces(c);
    return true;
}

struct corpus *corpus_open(const char *folder, const char *split, struct lacuna_error *error)
{
    struct corpus *c = memory_new(1, sizeof *c);
    if (open_all(c, folder, split, error))
        return c;
    corpus_close(c);
    return NULL;
}

void corpus_close(struct corpus *c)
{
    if (!c)
        return;
    mapping_close(&c->token_file);
    mapping_close(&c->document_file);
    mapping_close(&c->sentence_file);
    if (c->tokenizer)
        tokenizer_close(c->tokenizer);
    json_decref(c->meta);
    free(c->ends);
    free(c->traits);
    free(c->sorted);
    free(c->full_words);
    free(c);
}

int64_t corpus_sentences_before(const struct corpus *c, uint32_t at)
{
    size_t low = 0, high = c->sentence_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (c->sentences[middle].start < at)
            low = middle + 1;
        else
            high = middle;
    }
    return (int64_t)low;
}

int64_t corpus_sentences_ended(const struct corpus *c, uint32_t at)
{
    size_t low = 0, high = c->sentence_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (c->sentences[middle].end <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return (int64_t)low;
}

int64_t corpus_sentence_at(const struct corpus *c, uint32_t at)
{
    return corpus_sentences_before(c, at + 1) - 1;
}
