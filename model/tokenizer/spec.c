#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/tokenizer/tokenizer_parts.h"

#include <stdlib.h>
#include <string.h>

/* A word's place in the list is its id; of two places the last. */
static bool words_read(struct tokenizer *tokenizer, const json_t *words, struct lacuna_error *error)
{
    size_t count = json_array_size(words);
    vocabulary_expect(&tokenizer->vocabulary, count);
    for (size_t k = count; k > 0; k--) {
        const json_t *word = json_array_get(words, k - 1);
        if (json_is_string(word) && !vocabulary_add(&tokenizer->vocabulary, json_string_value(word),
                                                    json_string_length(word), (int64_t)k - 1, error))
            return false;
    }
    return true;
}

static bool vocabulary_read(struct tokenizer *tokenizer, const json_t *vocab, struct lacuna_error *error)
{
    if (json_is_array(vocab))
        return words_read(tokenizer, vocab, error);
    if (!json_is_object(vocab))
        return fail(error, LACUNA_MODEL, "the model's vocab is no object");
    vocabulary_expect(&tokenizer->vocabulary, json_object_size(vocab));
    for (void *at = json_object_iter((json_t *)vocab); at; at = json_object_iter_next((json_t *)vocab, at)) {
        const json_t *id = json_object_iter_value(at);
        if (!json_is_integer(id))
            return fail(error, LACUNA_MODEL, "token \"%.60s\" has an id that is no whole number",
                        json_object_iter_key(at));
        if (!vocabulary_add(&tokenizer->vocabulary, json_object_iter_key(at), json_object_iter_key_len(at),
                            json_integer_value(id), error))
            return false;
    }
    return true;
}

static bool added_check(struct tokenizer *tokenizer, const json_t *entry, size_t k,
                        struct lacuna_error *error)
{
    const json_t *content = json_object_get(entry, "content");
    if (!json_is_string(content) || !json_string_length(content))
        return fail(error, LACUNA_MODEL, "added token %zu has no content", k);
    return vocabulary_add(&tokenizer->vocabulary, json_string_value(content), json_string_length(content),
                          json_whole(entry, "id", -1), error);
}

/* Tokens with `normalized` are looked for in normalized text, so their content is normalized as well. */
static bool added_content(struct tokenizer *tokenizer, const json_t *entry, bool normalized,
                          struct added_token *token, struct lacuna_error *error)
{
    struct pieces pieces = { 0 };
    pieces_add(&pieces, json_string_value(json_object_get(entry, "content")),
               json_string_length(json_object_get(entry, "content")), true);
    bool fine = !normalized || chain_run(&tokenizer->normalizer, &pieces, error);
    if (fine) {
        token->size = pieces.at[0].size;
        token->content = memory_text(piece_bytes(&pieces, 0), token->size);
    }
    pieces_free(&pieces);
    return fine;
}

static bool added_read(struct tokenizer *tokenizer, const json_t *entry, struct lacuna_error *error)
{
    struct added_token token = {
        .id = (int32_t)json_whole(entry, "id", -1),
        .special = json_flag(entry, "special", false),
        .single_word = json_flag(entry, "single_word", false),
        .strip_left = json_flag(entry, "lstrip", false),
        .strip_right = json_flag(entry, "rstrip", false),
    };
    bool normalized = json_flag(entry, "normalized", !token.special) && tokenizer->normalizer.count;
    if (!added_content(tokenizer, entry, normalized, &token, error))
        return false;
    if (token.special)
        tokenizer->special[token.id] = 1;
    if (token.size)
        added_put(normalized ? &tokenizer->normalized : &tokenizer->raw, &token);
    else
        free(token.content);
    return true;
}

static bool tokens_read(struct tokenizer *tokenizer, const json_t *spec, const json_t *model,
                        struct lacuna_error *error)
{
    const json_t *list = json_object_get(spec, "added_tokens"), *entry;
    size_t k;
    if (!vocabulary_read(tokenizer, json_object_get(model, "vocab"), error))
        return false;
    vocabulary_expect(&tokenizer->vocabulary, json_array_size(list));
    json_array_foreach(list, k, entry)
    {
        if (!added_check(tokenizer, entry, k, error))
            return false;
    }
    tokenizer->special = memory_new(tokenizer->vocabulary.size, 1);
    json_array_foreach(list, k, entry)
    {
        if (!added_read(tokenizer, entry, error))
            return false;
    }
    added_ready(&tokenizer->raw);
    added_ready(&tokenizer->normalized);
    return true;
}

static bool byte_level_find(struct tokenizer *tokenizer, struct lacuna_error *error)
{
    const struct chain *chain = &tokenizer->pretokenizer;
    for (size_t k = 0; k < chain->count; k++) {
        tokenizer->byte_level = chain->at[k].row->byte_level;
        if (tokenizer->byte_level && k + 1 < chain->count)
            return fail(error, LACUNA_MODEL, "pre-tokenizer ByteLevel is supported as the last one only");
    }
    return true;
}

static bool model_open(struct tokenizer *tokenizer, const json_t *spec, const char *type,
                       struct lacuna_error *error)
{
    const struct token_model *const *row = token_model_table;
    while (*row && strcmp((*row)->type, type))
        row++;
    if (!*row)
        return fail(error, LACUNA_MODEL, "model %.60s is not supported", type);
    tokenizer->model = *row;
    return (*row)->open(&tokenizer->model_state, spec, &tokenizer->vocabulary, tokenizer->byte_level,
                        error) ||
           fail_in(error, "model %s", type);
}

static bool frame_read(struct tokenizer *tokenizer, const json_t *spec, struct lacuna_error *error)
{
    if (!spec || json_is_null(spec))
        return true;
    const char *type = json_text(spec, "type", "?");
    if (!strcmp(type, "Sequence")) {
        const json_t *member;
        size_t k;
        json_array_foreach(json_object_get(spec, "processors"), k, member)
        {
            if (!frame_read(tokenizer, member, error))
                return false;
        }
        return true;
    }
    for (const struct processor *const *row = processor_table; *row; row++)
        if (!strcmp((*row)->type, type))
            return (*row)->read(&tokenizer->frame, spec, &tokenizer->vocabulary, error) ||
                   fail_in(error, "post-processor %s", type);
    return fail(error, LACUNA_MODEL, "post-processor %.60s is not supported", type);
}

/* Older files leave out the model's type; merges tell. */
static const char *model_type(const json_t *model)
{
    return json_text(model, "type", json_object_get(model, "merges") ? "BPE" : "?");
}

static bool spec_read(struct tokenizer *tokenizer, const json_t *spec, struct lacuna_error *error)
{
    const json_t *model = json_object_get(spec, "model");
    const char *type = model_type(model);
    if (!json_is_object(model))
        return fail(error, LACUNA_MODEL, "has no model");
    if (strcmp(type, "BPE") && strcmp(type, "WordPiece"))
        return fail(error, LACUNA_MODEL, "model %.60s is not supported", type);
    if (!chain_open(&tokenizer->normalizer, json_object_get(spec, "normalizer"), normalizer_table,
                    "normalizer", "normalizers", error) ||
        !chain_open(&tokenizer->pretokenizer, json_object_get(spec, "pre_tokenizer"), pretokenizer_table,
                    "pre-tokenizer", "pretokenizers", error) ||
        !chain_open(&tokenizer->decoder, json_object_get(spec, "decoder"), decoder_table, "decoder",
                    "decoders", error))
        return false;
    if (!byte_level_find(tokenizer, error) || !tokens_read(tokenizer, spec, model, error) ||
        !model_open(tokenizer, model, type, error) ||
        !frame_read(tokenizer, json_object_get(spec, "post_processor"), error) ||
        !pieces_prepare(tokenizer, error))
        return false;
    snprintf(tokenizer->description, sizeof tokenizer->description, "%s%s, %zu pieces",
             tokenizer->byte_level ? "byte-level " : "", tokenizer->model->title, tokenizer->vocabulary.size);
    return true;
}

struct tokenizer *tokenizer_from_json(const json_t *spec, const char *name, struct lacuna_error *error)
{
    struct tokenizer *tokenizer = memory_new(1, sizeof *tokenizer);
    if (spec_read(tokenizer, spec, error))
        return tokenizer;
    fail_in(error, "%s", name);
    tokenizer_close(tokenizer);
    return NULL;
}

void tokenizer_close(struct tokenizer *tokenizer)
{
    if (!tokenizer)
        return;
    if (tokenizer->model_state)
        tokenizer->model->close(tokenizer->model_state);
    chain_close(&tokenizer->normalizer);
    chain_close(&tokenizer->pretokenizer);
    chain_close(&tokenizer->decoder);
    added_free(&tokenizer->raw);
    added_free(&tokenizer->normalized);
    ids_free(&tokenizer->frame.before);
    ids_free(&tokenizer->frame.after);
    buffer_free(&tokenizer->bytes);
    free(tokenizer->ends);
    vocabulary_free(&tokenizer->vocabulary);
    free(tokenizer->special);
    free(tokenizer);
}
