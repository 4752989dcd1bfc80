/* Tokenizer cases: text and ids, ids and bytes, text and pieces. The file's name says which; the vocabulary
 * lies beside it. */
#include "model/base/buffer.h"
#include "model/base/file.h"
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/base/utf8.h"
#include "model/tokenizer/files.h"
#include "model/tokenizer/pattern.h"
#include "model/tokenizer/tokenizer.h"
#include "model/verify/verify.h"

#include <stdlib.h>
#include <string.h>

static bool knows(const struct verify_file *file)
{
    const json_t *first = json_array_get(json_object_get(file->content, "cases"), 0);
    if (!first || json_object_get(file->content, "system"))
        return false;
    bool vocabulary = verify_beside(file, "vocab.json") || verify_beside(file, "vocab.txt") ||
                      verify_beside(file, "tokenizer.json");
    return json_object_get(first, "pieces") || (json_object_get(first, "ids") && vocabulary);
}

static const char *case_name(char *room, size_t size, size_t k, const json_t *one)
{
    snprintf(room, size, "case %zu %.60s", k, json_text(one, "text", ""));
    for (char *at = room; *at; at++)
        *at = (unsigned char)*at < ' ' ? '.' : *at;
    return room;
}

/* ---- the tokenizer of a folder */

/* The member of this file, else of encode.json beside it, which states what all files of the folder were made
 * with. */
static json_t *stated(const struct verify_file *file, const char *key)
{
    json_t *here = json_object_get(file->content, key);
    if (here)
        return json_incref(here);
    char *path = path_join(file->folder, "encode.json");
    json_t *beside = file_exists(path) ? json_from_file(path, NULL) : NULL;
    json_t *value = json_incref(json_object_get(beside, key));
    json_decref(beside);
    free(path);
    return value;
}

static json_t *spec_of_merges(const struct verify_file *file, struct lacuna_error *error)
{
    json_t *spec = spec_from_merges(file->folder, error);
    json_t *pattern = stated(file, "pattern"), *normalizer = stated(file, "normalizer");
    const char *regex = json_string_value(pattern), *form = json_string_value(normalizer);
    if (spec && regex) {
        json_t *model = json_object_get(spec, "model");
        json_t *plain = spec_byte_level(json_incref(json_object_get(model, "vocab")),
                                        json_incref(json_object_get(model, "merges")), regex,
                                        form && !strcmp(form, "NFC"));
        json_object_set(plain, "added_tokens", json_object_get(spec, "added_tokens"));
        json_decref(spec);
        spec = plain;
    }
    json_decref(pattern);
    json_decref(normalizer);
    return spec;
}

/* Special tokens that the file lists, and no others. */
static void specials_put(json_t *spec, const json_t *specials)
{
    const char *content;
    json_t *id;
    json_object_set_new(spec, "added_tokens", json_array());
    json_object_foreach((json_t *)specials, content, id)
    {
        spec_add_special(spec, content, json_integer_value(id));
    }
}

static struct tokenizer *tokenizer_of(const struct verify_file *file, struct lacuna_error *error)
{
    if (!verify_beside(file, "merges.txt") || verify_beside(file, "tokenizer.json"))
        return tokenizer_open(file->folder, error);
    json_t *spec = spec_of_merges(file, error);
    const json_t *specials = json_object_get(file->content, "special_tokens");
    if (spec && specials)
        specials_put(spec, specials);
    struct tokenizer *tokenizer = spec ? tokenizer_from_json(spec, file->folder, error) : NULL;
    json_decref(spec);
    return tokenizer;
}

/* ---- one case */

static bool ids_check(const struct ids *got, const json_t *expected, struct lacuna_error *error)
{
    size_t count = json_array_size(expected), same = 0;
    while (same < count && same < got->count &&
           json_integer_value(json_array_get(expected, same)) == got->at[same])
        same++;
    if (same == count && got->count == count)
        return true;
    return fail(error, LACUNA_MODEL, "%zu ids, expected %zu; number %zu differs", got->count, count, same);
}

static bool encode_check(const struct tokenizer *tokenizer, const json_t *one, bool special,
                         struct lacuna_error *error)
{
    const json_t *text = json_object_get(one, "text");
    struct ids ids = { 0 };
    bool fine = json_is_string(text) &&
                tokenizer_encode(tokenizer, json_string_value(text), json_string_length(text), special, &ids,
                                 error) &&
                ids_check(&ids, json_object_get(one, "ids"), error);
    ids_free(&ids);
    return fine;
}

static void hex_print(struct buffer *out, const char *bytes, size_t size)
{
    buffer_add_text(out, "");
    for (size_t k = 0; k < size; k++)
        buffer_print(out, "%02x", (unsigned char)bytes[k]);
}

static void text_repair(struct buffer *out, const char *bytes, size_t size)
{
    buffer_add_text(out, "");
    for (size_t at = 0; at < size;) {
        size_t valid = utf8_valid(bytes + at, size - at);
        buffer_add(out, bytes + at, valid);
        at += valid;
        if (at == size)
            break;
        at += utf8_broken(bytes + at, size - at);
        buffer_add_text(out, "\xef\xbf\xbd");
    }
}

static bool decode_check(const struct tokenizer *tokenizer, const json_t *one, struct lacuna_error *error)
{
    const json_t *list = json_object_get(one, "ids"), *id;
    struct ids ids = { 0 };
    size_t k, size;
    json_array_foreach(list, k, id)
    {
        ids_push(&ids, (int32_t)json_integer_value(id));
    }
    char *bytes = tokenizer_decode(tokenizer, ids.at, ids.count, true, &size, error);
    ids_free(&ids);
    if (!bytes)
        return false;
    struct buffer hex = { 0 }, text = { 0 };
    hex_print(&hex, bytes, size);
    text_repair(&text, bytes, size);
    bool same = !strcmp(hex.at, json_text(one, "bytes_hex", "")),
         repaired = !strcmp(text.at, json_text(one, "text_replace", ""));
    buffer_free(&hex);
    buffer_free(&text);
    free(bytes);
    return (same && repaired) ||
           fail(error, LACUNA_MODEL, same ? "the repaired text differs" : "the bytes differ");
}

static bool pieces_check(const struct pattern *pattern, const json_t *one, struct lacuna_error *error)
{
    const json_t *text = json_object_get(one, "text"), *pieces = json_object_get(one, "pieces");
    size_t count, same = 0;
    struct match *cut =
        pattern_cut(pattern, json_string_value(text), json_string_length(text), &count, error);
    if (!cut)
        return false;
    for (; same < count && same < json_array_size(pieces); same++) {
        const json_t *piece = json_array_get(pieces, same);
        size_t size = cut[same].end - cut[same].start;
        if (json_string_length(piece) != size ||
            memcmp(json_string_value(piece), json_string_value(text) + cut[same].start, size))
            break;
    }
    free(cut);
    return (same == count && count == json_array_size(pieces)) ||
           fail(error, LACUNA_MODEL, "%zu pieces, expected %zu; number %zu differs", count,
                json_array_size(pieces), same);
}

/* ---- one file */

static void pieces_run(struct verify_file *file)
{
    const char *regex = json_text(file->content, "pattern", "");
    struct lacuna_error error = { 0 };
    struct pattern *pattern = pattern_from_regex(regex, strlen(regex), &error);
    const json_t *one;
    char room[100];
    size_t k;
    json_array_foreach(json_object_get(file->content, "cases"), k, one)
    {
        bool passed = pattern && pieces_check(pattern, one, &error);
        verify_outcome(file, case_name(room, sizeof room, k, one), passed, &error);
    }
    pattern_free(pattern);
}

/* BERT's tokenizer knows its marks in any text; the others take special tokens for text unless the file lists
 * them. */
static bool specials_are_known(const struct verify_file *file)
{
    return json_object_get(file->content, "special_tokens") ||
           json_object_get(file->content, "do_lower_case");
}

static void ids_run(struct verify_file *file)
{
    struct lacuna_error error = { 0 };
    struct tokenizer *tokenizer = tokenizer_of(file, &error);
    bool special = specials_are_known(file), decode = !strcmp(file->name, "decode.json");
    const json_t *one;
    char room[100];
    size_t k;
    json_array_foreach(json_object_get(file->content, "cases"), k, one)
    {
        bool passed = tokenizer && (decode ? decode_check(tokenizer, one, &error)
                                           : encode_check(tokenizer, one, special, &error));
        verify_outcome(file, case_name(room, sizeof room, k, one), passed, &error);
    }
    tokenizer_close(tokenizer);
}

static void run(struct verify_file *file)
{
    if (json_object_get(json_array_get(json_object_get(file->content, "cases"), 0), "pieces"))
        pieces_run(file);
    else
        ids_run(file);
}

const struct verify_system verify_system_tokenizers = { .name = "tokenizers", .knows = knows, .run = run };
