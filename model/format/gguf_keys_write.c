#include "model/format/gguf_keys_write.h"

#include "model/base/file.h"
#include "model/base/json.h"
#include "model/base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct keys {
    struct buffer *out;
    size_t count;
};

void gguf_put_u32(struct buffer *out, uint32_t number)
{
    buffer_add(out, &number, sizeof number);
}

void gguf_put_u64(struct buffer *out, uint64_t number)
{
    buffer_add(out, &number, sizeof number);
}

void gguf_put_text(struct buffer *out, const char *text, size_t size)
{
    gguf_put_u64(out, size);
    buffer_add(out, text, size);
}

static void key_begin(struct keys *keys, const char *name, enum gguf_type type)
{
    gguf_put_text(keys->out, name, strlen(name));
    gguf_put_u32(keys->out, type);
    keys->count++;
}

static void key_text(struct keys *keys, const char *name, const char *text)
{
    key_begin(keys, name, GGUF_STRING);
    gguf_put_text(keys->out, text, strlen(text));
}

static void key_whole(struct keys *keys, const char *name, int64_t number)
{
    key_begin(keys, name, GGUF_U32);
    gguf_put_u32(keys->out, (uint32_t)number);
}

static void key_real(struct keys *keys, const char *name, double number)
{
    float single = (float)number;
    key_begin(keys, name, GGUF_F32);
    buffer_add(keys->out, &single, sizeof single);
}

static void key_flag(struct keys *keys, const char *name, bool flag)
{
    key_begin(keys, name, GGUF_BOOL);
    buffer_add_byte(keys->out, flag);
}

static void key_list(struct keys *keys, const char *name, enum gguf_type type, uint64_t count)
{
    key_begin(keys, name, GGUF_ARRAY);
    gguf_put_u32(keys->out, type);
    gguf_put_u64(keys->out, count);
}

static void key_json(struct keys *keys, const char *name, const json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT);
    key_text(keys, name, text ? text : "{}");
    free(text);
}

/* ---- the configuration */

static void tokens_put(struct keys *keys, const json_t *config)
{
    static const char *const names[][2] = { { "mask_token_id", "tokenizer.ggml.mask_token_id" },
                                            { "bos_token_id", "tokenizer.ggml.bos_token_id" },
                                            { "eos_token_id", "tokenizer.ggml.eos_token_id" },
                                            { "pad_token_id", "tokenizer.ggml.padding_token_id" } };
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        int64_t id = json_whole(config, names[k][0], -1);
        if (id >= 0 && id <= UINT32_MAX)
            key_whole(keys, names[k][1], id);
    }
}

static void config_put(struct keys *keys, const json_t *config, const struct gguf_architecture *architecture)
{
    char whole[100];
    for (const struct gguf_key_name *row = architecture->keys; row->theirs; row++) {
        const json_t *value = json_object_get(config, row->ours);
        snprintf(whole, sizeof whole, "%s.%s", architecture->name, row->theirs);
        if (json_is_number(value) && row->real)
            key_real(keys, whole, json_number_value(value));
        else if (json_is_integer(value))
            key_whole(keys, whole, json_integer_value(value));
    }
    snprintf(whole, sizeof whole, "%s.attention.causal", architecture->name);
    key_flag(keys, whole, false);
    key_flag(keys, "diffusion.shift_logits", !strcmp(architecture->name, "dream"));
    tokens_put(keys, config);
}

/* ---- the vocabulary in GGUF's own keys */

struct token {
    const char *spelling; /* NULL: the id is not used */
    uint32_t type;
};

enum { NORMAL = 1, CONTROL = 3, USER = 4, UNUSED = 5, IDS_MAX = 1 << 24 };

static void token_note(struct token *tokens, size_t count, const char *spelling, int64_t id, uint32_t type)
{
    if (id >= 0 && (size_t)id < count)
        tokens[id] = (struct token){ spelling, type };
}

/* As many as the largest id asks for; 0 where that is wild. */
static size_t token_count(const json_t *vocab, const json_t *added)
{
    int64_t most = -1;
    const char *spelling;
    json_t *value;
    size_t k;
    json_object_foreach((json_t *)vocab, spelling, value)
    {
        most = json_integer_value(value) > most ? json_integer_value(value) : most;
    }
    json_array_foreach(added, k, value)
    {
        most = json_whole(value, "id", -1) > most ? json_whole(value, "id", -1) : most;
    }
    return most < IDS_MAX ? (size_t)(most + 1) : 0;
}

static void tokens_list(struct keys *keys, const struct token *tokens, size_t count)
{
    key_list(keys, "tokenizer.ggml.tokens", GGUF_STRING, count);
    for (size_t k = 0; k < count; k++) {
        char filler[32];
        snprintf(filler, sizeof filler, "[PAD%zu]", k);
        const char *spelling = tokens[k].spelling ? tokens[k].spelling : filler;
        gguf_put_text(keys->out, spelling, strlen(spelling));
    }
    key_list(keys, "tokenizer.ggml.token_type", GGUF_I32, count);
    for (size_t k = 0; k < count; k++)
        gguf_put_u32(keys->out, tokens[k].spelling ? tokens[k].type : UNUSED);
}

static void merges_list(struct keys *keys, const json_t *merges)
{
    const json_t *merge;
    size_t k;
    key_list(keys, "tokenizer.ggml.merges", GGUF_STRING, json_array_size(merges));
    json_array_foreach(merges, k, merge)
    {
        struct buffer pair = { 0 };
        buffer_add_text(&pair, json_is_string(merge) ? json_string_value(merge) : "");
        if (json_is_array(merge))
            buffer_print(&pair, "%s %s", json_string_value(json_array_get(merge, 0)),
                         json_string_value(json_array_get(merge, 1)));
        gguf_put_text(keys->out, pair.at, pair.size);
        buffer_free(&pair);
    }
}

static void vocabulary_put(struct keys *keys, const json_t *tokenizer, const char *cut)
{
    const json_t *model = json_object_get(tokenizer, "model"), *vocab = json_object_get(model, "vocab");
    const json_t *added = json_object_get(tokenizer, "added_tokens");
    size_t count = token_count(vocab, added), k;
    struct token *tokens = memory_new(count, sizeof *tokens);
    const char *spelling;
    json_t *value;
    json_object_foreach((json_t *)vocab, spelling, value)
    {
        token_note(tokens, count, spelling, json_integer_value(value), NORMAL);
    }
    json_array_foreach(added, k, value)
    {
        token_note(tokens, count, json_text(value, "content", ""), json_whole(value, "id", -1),
                   json_flag(value, "special", false) ? CONTROL : USER);
    }
    key_text(keys, "tokenizer.ggml.model", "gpt2");
    key_text(keys, "tokenizer.ggml.pre", cut);
    tokens_list(keys, tokens, count);
    merges_list(keys, json_object_get(model, "merges"));
    free(tokens);
}

static bool is_byte_level(const json_t *tokenizer)
{
    return !strcmp(json_text(json_object_get(tokenizer, "decoder"), "type", ""), "ByteLevel");
}

size_t gguf_put_keys(struct buffer *out, const struct checkpoint *checkpoint,
                     const struct gguf_architecture *architecture, const json_t *tokenizer, enum dtype type)
{
    struct keys keys = { .out = out };
    const json_t *config = checkpoint_config(checkpoint);
    key_text(&keys, "general.architecture",
             architecture ? architecture->name : json_text(config, "model_type", "lacuna"));
    key_text(&keys, "general.name", path_last(checkpoint_path(checkpoint)));
    key_whole(&keys, "general.file_type", type == DTYPE_Q4_0 ? 2 : type == DTYPE_Q8_0 ? 7 : 1);
    if (architecture)
        config_put(&keys, config, architecture);
    else
        key_json(&keys, GGUF_CONFIG_KEY, config);
    const char *cut = tokenizer && is_byte_level(tokenizer) ? gguf_cut_name(tokenizer) : NULL;
    if (cut)
        vocabulary_put(&keys, tokenizer, cut);
    if (tokenizer)
        key_json(&keys, GGUF_TOKENIZER_KEY, tokenizer);
    return keys.count;
}
