/* Texts and the ids that a byte-level BPE gave for them, where its vocabulary is not at hand (Llama 3). What
 * can be told without it: every piece has one id at least and every id one byte, ids below 256 are single
 * bytes in the order of the byte alphabet and occur in the text in their order, and where a text has as many
 * ids as pieces, a piece always has the same id. */
#include "model/base/file.h"
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/tokenizer/letters.h"
#include "model/tokenizer/pattern.h"
#include "model/verify/verify.h"

#include <stdlib.h>
#include <string.h>

/* The cut that the ids were made with lies beside them. */
static const char pattern_file[] = "llama3.json";

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

static bool pieces_learn(json_t *known, const json_t *text, const struct match *cut, const json_t *ids,
                         struct lacuna_error *error)
{
    const json_t *id;
    size_t k;
    json_array_foreach(ids, k, id)
    {
        const char *piece = json_string_value(text) + cut[k].start;
        size_t size = cut[k].end - cut[k].start;
        const json_t *before = json_object_getn(known, piece, size);
        if (before && !json_equal(before, id))
            return fail(error, LACUNA_MODEL, "piece %zu had another id before", k);
        json_object_setn(known, piece, size, (json_t *)id);
    }
    return true;
}

static bool case_check(const struct pattern *pattern, json_t *known, const json_t *one,
                       struct lacuna_error *error)
{
    const json_t *text = json_object_get(one, "text"), *ids = json_object_get(one, "ids");
    size_t size = json_string_length(text), count = json_array_size(ids), pieces;
    struct match *cut = pattern_cut(pattern, json_string_value(text), size, &pieces, error);
    if (!cut)
        return false;
    bool fine = (pieces <= count && count <= size) ||
                fail(error, LACUNA_MODEL, "%zu ids for %zu pieces and %zu bytes", count, pieces, size);
    fine = fine && bytes_check(text, ids, error) &&
           (pieces != count || pieces_learn(known, text, cut, ids, error));
    free(cut);
    return fine;
}

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

static void run(struct verify_file *file)
{
    struct lacuna_error error = { 0 };
    struct pattern *pattern = pattern_beside(file, &error);
    json_t *known = json_object();
    const json_t *one;
    size_t k;
    json_array_foreach(json_object_get(file->content, "cases"), k, one)
    {
        char name[40];
        snprintf(name, sizeof name, "case %zu", k);
        verify_outcome(file, name, pattern && case_check(pattern, known, one, &error), &error);
    }
    json_decref(known);
    pattern_free(pattern);
}

const struct verify_system verify_system_unspelled = { .name = "unspelled", .knows = knows, .run = run };
