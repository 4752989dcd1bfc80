/* Texts and the ids that a byte-level BPE gave for them, where its vocabulary is not at hand (Llama 3). What
 * can be told without it: every piece has one id at least and every id one byte, ids below 256 are single
 * bytes in the order of the byte alphabet and occur in the text in their order.
 *
 * Where Qwen2's vocabulary lies beside, much more. Both grew from one list of 100,256 merges, from which
 * Qwen2 left out numbers of two and three digits, and each went on alone behind it: so their ids of the same
 * token rise together and are at most NUMBERS apart. Our own merging with Qwen2's table must give as many
 * tokens for each piece as there are ids, and pairs of ids that fit to those of all other texts; a piece may
 * have fewer ids only where one of them lies behind the common list, and a number has one. */
#include "model/base/file.h"
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/tokenizer/files.h"
#include "model/tokenizer/letters.h"
#include "model/tokenizer/pattern.h"
#include "model/tokenizer/tokenizer.h"
#include "model/verify/verify.h"

#include <stdlib.h>
#include <string.h>

/* The cut that the ids were made with lies beside them. */
static const char pattern_file[] = "llama3.json";

enum { COMMON = 100256, NUMBERS = 1100, PAIRS_MAX = 4096 };

/* A token's id with Qwen2 and in the file. */
struct pair {
    int32_t ours, theirs;
};

struct check {
    const struct pattern *pattern;
    struct tokenizer *tokenizer; /* with Qwen2's merges, of one piece; NULL: not at hand */
    struct pair pairs[PAIRS_MAX];
    size_t pair_count;
};

static bool knows(const struct verify_file *file)
{
    const json_t *first = json_array_get(json_object_get(file->content, "cases"), 0);
    return json_object_get(first, "ids") && json_object_get(first, "text") &&
           !json_object_get(file->content, "system") && !verify_beside(file, "vocab.json") &&
           !verify_beside(file, "vocab.txt") && !verify_beside(file, "tokenizer.json") &&
           verify_beside(file, pattern_file);
}

/* The byte of an id below 256: printable bytes first, then the others. */
static int byte_of(int64_t id)
{
    for (int pass = 0; pass < 2; pass++)
        for (int byte = 0; byte < 256; byte++)
            if ((byte_letter((uint8_t)byte) < 256) == !pass && id-- == 0)
                return byte;
    return -1;
}

static bool bytes_check(const json_t *text, const json_t *ids, struct lacuna_error *error)
{
    const char *at = json_string_value(text), *end = at + json_string_length(text);
    const json_t *id;
    size_t k;
    json_array_foreach(ids, k, id)
    {
        if (json_integer_value(id) >= 256)
            continue;
        const char *found = memchr(at, byte_of(json_integer_value(id)), (size_t)(end - at));
        if (!found)
            return fail(error, LACUNA_MODEL, "id %zu is a byte that the text does not hold there", k);
        at = found + 1;
    }
    return true;
}

/* ---- one piece */

struct piece_view {
    const char *at;
    size_t size;
    const json_t *ids; /* of the whole text */
};

static bool is_number(const struct piece_view *piece)
{
    for (size_t k = 0; k < piece->size; k++)
        if (piece->at[k] < '0' || piece->at[k] > '9')
            return false;
    return piece->size > 1;
}

static int64_t id_at(const json_t *ids, size_t index)
{
    return json_integer_value(json_array_get(ids, index));
}

/* Whether a token may have that id, by what is known of others. */
static bool pair_fits(const struct check *check, struct pair pair)
{
    if (pair.theirs < pair.ours || pair.theirs > pair.ours + NUMBERS)
        return false;
    for (size_t k = 0; k < check->pair_count; k++) {
        const struct pair *known = &check->pairs[k];
        int order = (pair.ours > known->ours) - (pair.ours < known->ours);
        if (order != (pair.theirs > known->theirs) - (pair.theirs < known->theirs))
            return false;
    }
    return true;
}

static bool tokens_fit(const struct check *check, const struct ids *tokens, const json_t *ids, size_t from)
{
    for (size_t k = 0; k < tokens->count; k++)
        if (!pair_fits(check, (struct pair){ tokens->at[k], (int32_t)id_at(ids, from + k) }))
            return false;
    return true;
}

/* A number of two or three digits is a token of the common list, behind the single bytes. */
static bool number_fits(int64_t id)
{
    return id >= 256 && id < COMMON;
}

static bool all_common(const struct ids *tokens)
{
    for (size_t k = 0; k < tokens->count; k++)
        if (tokens->at[k] >= COMMON - NUMBERS)
            return false;
    return true;
}

static bool any_behind(const json_t *ids, size_t from, size_t count)
{
    for (size_t k = from; k < from + count; k++)
        if (id_at(ids, k) >= COMMON)
            return true;
    return false;
}

/* Whether `count` ids from `from` on can be those of the piece. */
static bool piece_fits(const struct check *check, const struct piece_view *piece, const struct ids *tokens,
                       size_t from, size_t count)
{
    if (is_number(piece))
        return count == 1 && number_fits(id_at(piece->ids, from));
    if (!all_common(tokens))
        return count <= piece->size;
    return count == tokens->count ? tokens_fit(check, tokens, piece->ids, from)
                                  : count < tokens->count && any_behind(piece->ids, from, count);
}

/* ---- one text */

/* reach[k]: the pieces so far can have the first k ids. */
static bool piece_step(const struct check *check, const struct piece_view *piece, bool *reach, size_t count,
                       struct lacuna_error *error)
{
    struct ids tokens = { 0 };
    if (!tokenizer_encode(check->tokenizer, piece->at, piece->size, false, &tokens, error))
        return false;
    for (size_t end = count + 1; end-- > 0;) {
        bool fits = false;
        for (size_t from = end; from-- > 0 && !fits;)
            fits = reach[from] && piece_fits(check, piece, &tokens, from, end - from);
        reach[end] = fits;
    }
    ids_free(&tokens);
    return true;
}

static bool pieces_check(const struct check *check, const struct match *cut, size_t pieces,
                         const json_t *text, const json_t *ids, struct lacuna_error *error)
{
    size_t count = json_array_size(ids);
    bool *reach = memory_new(count + 1, sizeof *reach), fine = true;
    reach[0] = true;
    for (size_t k = 0; fine && k < pieces; k++) {
        struct piece_view piece = { json_string_value(text) + cut[k].start, cut[k].end - cut[k].start, ids };
        fine = piece_step(check, &piece, reach, count, error);
    }
    fine = fine &&
           (reach[count] || fail(error, LACUNA_MODEL, "the ids cannot be those of its %zu pieces", pieces));
    free(reach);
    return fine;
}

/* Our tokens of a text, a number as one of id -1. */
static bool text_encode(const struct check *check, const struct match *cut, size_t pieces, const char *text,
                        struct ids *tokens, struct lacuna_error *error)
{
    bool fine = true;
    for (size_t k = 0; fine && k < pieces; k++) {
        struct piece_view piece = { text + cut[k].start, cut[k].end - cut[k].start, NULL };
        if (is_number(&piece))
            ids_push(tokens, -1);
        else
            fine = tokenizer_encode(check->tokenizer, piece.at, piece.size, false, tokens, error);
    }
    return fine;
}

/* Notes the pairs of a text whose ids are all of the common list, one for each of our tokens. */
static bool pairs_learn(struct check *check, const struct match *cut, size_t pieces, const char *text,
                        const json_t *ids, struct lacuna_error *error)
{
    struct ids tokens = { 0 };
    bool fine = text_encode(check, cut, pieces, text, &tokens, error);
    bool whole = fine && tokens.count == json_array_size(ids) && !any_behind(ids, 0, tokens.count) &&
                 all_common(&tokens);
    for (size_t k = 0; whole && k < tokens.count; k++) {
        struct pair pair = { tokens.at[k], (int32_t)id_at(ids, k) };
        if (pair.ours >= 0 && pair_fits(check, pair) && check->pair_count < PAIRS_MAX)
            check->pairs[check->pair_count++] = pair;
    }
    ids_free(&tokens);
    return fine;
}

static bool text_check(struct check *check, bool learn, const json_t *one, struct lacuna_error *error)
{
    const json_t *text = json_object_get(one, "text"), *ids = json_object_get(one, "ids");
    size_t size = json_string_length(text), count = json_array_size(ids), pieces;
    struct match *cut = pattern_cut(check->pattern, json_string_value(text), size, &pieces, error);
    if (!cut)
        return false;
    bool fine;
    if (learn)
        fine = pairs_learn(check, cut, pieces, json_string_value(text), ids, error);
    else
        fine = ((pieces <= count && count <= size) ||
                fail(error, LACUNA_MODEL, "%zu ids for %zu pieces and %zu bytes", count, pieces, size)) &&
               bytes_check(text, ids, error) &&
               (!check->tokenizer || pieces_check(check, cut, pieces, text, ids, error));
    free(cut);
    return fine;
}

/* ---- the file */

static struct pattern *pattern_beside(const struct verify_file *file, struct lacuna_error *error)
{
    char *path = path_join(file->folder, pattern_file);
    json_t *beside = json_from_file(path, error);
    const char *regex = json_text(beside, "pattern", "");
    struct pattern *pattern = beside ? pattern_from_regex(regex, strlen(regex), error) : NULL;
    json_decref(beside);
    free(path);
    return pattern;
}

/* Qwen2's merges over pieces that are cut already. */
static struct tokenizer *tokenizer_beside(const struct verify_file *file)
{
    char *folder = path_join(file->folder, "../qwen2");
    struct tokenizer *tokenizer = NULL;
    json_t *spec = file_is_folder(folder) ? spec_from_merges(folder, NULL) : NULL;
    if (spec) {
        json_t *model = json_object_get(spec, "model");
        json_t *plain = spec_byte_level(json_incref(json_object_get(model, "vocab")),
                                        json_incref(json_object_get(model, "merges")), "[\\s\\S]+", false);
        tokenizer = tokenizer_from_json(plain, folder, NULL);
        json_decref(plain);
        json_decref(spec);
    }
    free(folder);
    return tokenizer;
}

static void run(struct verify_file *file)
{
    struct lacuna_error error = { 0 };
    struct pattern *pattern = pattern_beside(file, &error);
    struct check *check = memory_new(1, sizeof *check);
    *check = (struct check){ .pattern = pattern, .tokenizer = tokenizer_beside(file) };
    const json_t *cases = json_object_get(file->content, "cases"), *one;
    size_t k;
    json_array_foreach(cases, k, one)
    {
        if (pattern && check->tokenizer)
            text_check(check, true, one, &error);
    }
    json_array_foreach(cases, k, one)
    {
        char name[40];
        snprintf(name, sizeof name, "case %zu", k);
        verify_outcome(file, name, pattern && text_check(check, false, one, &error), &error);
    }
    tokenizer_close(check->tokenizer);
    pattern_free(pattern);
    free(check);
}

const struct verify_system verify_system_unspelled = { .name = "unspelled", .knows = knows, .run = run };
