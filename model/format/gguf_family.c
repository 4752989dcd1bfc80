/* What GGUF files call things, in the words of config.json and safetensors. One row an architecture. */
#include "model/base/memory.h"
#include "model/format/gguf_names.h"
#include "model/base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct gguf_key_name dream_keys[] = {
    { "block_count", "num_hidden_layers", false },
    { "context_length", "max_position_embeddings", false },
    { "embedding_length", "hidden_size", false },
    { "feed_forward_length", "intermediate_size", false },
    { "attention.head_count", "num_attention_heads", false },
    { "attention.head_count_kv", "num_key_value_heads", false },
    { "rope.freq_base", "rope_theta", true },
    { "attention.layer_norm_rms_epsilon", "rms_norm_eps", true },
    { "vocab_size", "vocab_size", false },
    { 0 },
};

static const struct gguf_tensor_names dream_tensors[] = {
    { "token_embd.weight", "model.embed_tokens.weight", false },
    { "output_norm.weight", "model.norm.weight", false },
    { "output.weight", "lm_head.weight", false },
    { "attn_norm.weight", "model.layers.%s.input_layernorm.weight", true },
    { "ffn_norm.weight", "model.layers.%s.post_attention_layernorm.weight", true },
    { "attn_q.weight", "model.layers.%s.self_attn.q_proj.weight", true },
    { "attn_k.weight", "model.layers.%s.self_attn.k_proj.weight", true },
    { "attn_v.weight", "model.layers.%s.self_attn.v_proj.weight", true },
    { "attn_q.bias", "model.layers.%s.self_attn.q_proj.bias", true },
    { "attn_k.bias", "model.layers.%s.self_attn.k_proj.bias", true },
    { "attn_v.bias", "model.layers.%s.self_attn.v_proj.bias", true },
    { "attn_output.weight", "model.layers.%s.self_attn.o_proj.weight", true },
    { "ffn_gate.weight", "model.layers.%s.mlp.gate_proj.weight", true },
    { "ffn_up.weight", "model.layers.%s.mlp.up_proj.weight", true },
    { "ffn_down.weight", "model.layers.%s.mlp.down_proj.weight", true },
    { 0 },
};

static const struct gguf_key_name llada_keys[] = {
    { "block_count", "n_layers", false },
    { "context_length", "max_sequence_length", false },
    { "embedding_length", "d_model", false },
    { "feed_forward_length", "mlp_hidden_size", false },
    { "attention.head_count", "n_heads", false },
    { "attention.head_count_kv", "n_kv_heads", false },
    { "rope.freq_base", "rope_theta", true },
    { "attention.layer_norm_rms_epsilon", "rms_norm_eps", true },
    { "vocab_size", "vocab_size", false },
    { 0 },
};

static const struct gguf_tensor_names llada_tensors[] = {
    { "token_embd.weight", "model.transformer.wte.weight", false },
    { "output_norm.weight", "model.transformer.ln_f.weight", false },
    { "output.weight", "model.transformer.ff_out.weight", false },
    { "attn_norm.weight", "model.transformer.blocks.%s.attn_norm.weight", true },
    { "ffn_norm.weight", "model.transformer.blocks.%s.ff_norm.weight", true },
    { "attn_q.weight", "model.transformer.blocks.%s.q_proj.weight", true },
    { "attn_k.weight", "model.transformer.blocks.%s.k_proj.weight", true },
    { "attn_v.weight", "model.transformer.blocks.%s.v_proj.weight", true },
    { "attn_q.bias", "model.transformer.blocks.%s.q_proj.bias", true },
    { "attn_k.bias", "model.transformer.blocks.%s.k_proj.bias", true },
    { "attn_v.bias", "model.transformer.blocks.%s.v_proj.bias", true },
    { "attn_output.weight", "model.transformer.blocks.%s.attn_out.weight", true },
    { "ffn_gate.weight", "model.transformer.blocks.%s.ff_proj.weight", true },
    { "ffn_up.weight", "model.transformer.blocks.%s.up_proj.weight", true },
    { "ffn_down.weight", "model.transformer.blocks.%s.ff_out.weight", true },
    { 0 },
};

static const struct gguf_architecture architectures[] = {
    { "dream", "Dream", dream_keys, dream_tensors, "tie_word_embeddings", false },
    { "llada", "llada", llada_keys, llada_tensors, "weight_tying", true },
};

const struct gguf_architecture *gguf_architecture_of(const struct gguf *gguf)
{
    struct gguf_text name;
    if (!gguf_string(gguf, "general.architecture", &name))
        return NULL;
    for (size_t k = 0; k < sizeof architectures / sizeof *architectures; k++)
        if (gguf_text_is(name, architectures[k].name))
            return &architectures[k];
    return NULL;
}

const struct gguf_architecture *gguf_architecture_of_type(const char *model_type)
{
    for (size_t k = 0; k < sizeof architectures / sizeof *architectures; k++)
        if (!strcmp(architectures[k].model_type, model_type))
            return &architectures[k];
    return NULL;
}

static void key_copy(json_t *config, const struct gguf *gguf, const char *theirs, const char *ours)
{
    const struct gguf_key *key = gguf_find(gguf, theirs);
    if (!key || key->array)
        return;
    if (key->type == GGUF_F32 || key->type == GGUF_F64)
        json_object_set_new(config, ours, json_real(gguf_real(gguf, theirs, 0)));
    else if (key->type == GGUF_BOOL)
        json_object_set_new(config, ours, json_boolean(gguf_flag(gguf, theirs, false)));
    else if (key->type != GGUF_STRING)
        json_object_set_new(config, ours, json_integer(gguf_whole(gguf, theirs, 0)));
}

static void text_copy(json_t *config, const struct gguf *gguf, const char *theirs, const char *ours)
{
    struct gguf_text text;
    json_t *value = gguf_string(gguf, theirs, &text) ? json_stringn(text.at, text.size) : NULL;
    if (value)
        json_object_set_new(config, ours, value);
}

static bool holds_tensor(const struct gguf *gguf, const char *name)
{
    for (size_t k = 0; k < gguf->tensor_count; k++)
        if (!strcmp(gguf->tensors[k].name, name))
            return true;
    return false;
}

/* A configuration that the file carries as JSON. */
static json_t *carried_config(const struct gguf *gguf)
{
    struct gguf_text text;
    json_t *config = gguf_string(gguf, GGUF_CONFIG_KEY, &text)
                         ? json_from_bytes(text.at, text.size, gguf->path, NULL)
                         : NULL;
    if (config && !json_is_object(config)) {
        json_decref(config);
        config = NULL;
    }
    return config;
}

/* What the tensors themselves tell. */
static void config_complete(json_t *config, const struct gguf *gguf,
                            const struct gguf_architecture *architecture)
{
    json_object_set_new(config, architecture->tied, json_boolean(!holds_tensor(gguf, "output.weight")));
    json_object_set_new(config, "rope_interleaved", json_boolean(architecture->rotary_interleaved));
    json_object_set_new(config, "include_qkv_bias", json_boolean(holds_tensor(gguf, "blk.0.attn_q.bias")));
    for (size_t k = 0; k < gguf->tensor_count; k++)
        if (!strcmp(gguf->tensors[k].name, "token_embd.weight"))
            json_object_set_new(config, "embedding_size", json_integer(gguf->tensors[k].shape[0]));
}

json_t *gguf_config(const struct gguf *gguf)
{
    static const struct gguf_key_name tokens[] = {
        { "tokenizer.ggml.mask_token_id", "mask_token_id", false },
        { "tokenizer.ggml.bos_token_id", "bos_token_id", false },
        { "tokenizer.ggml.eos_token_id", "eos_token_id", false },
        { "tokenizer.ggml.padding_token_id", "pad_token_id", false },
        { 0 },
    };
    json_t *config = carried_config(gguf);
    if (config)
        return config;
    config = json_object();
    const struct gguf_architecture *architecture = gguf_architecture_of(gguf);
    struct gguf_text name = { "", 0 };
    gguf_string(gguf, "general.architecture", &name);
    json_object_set_new(config, "model_type",
                        architecture ? json_string(architecture->model_type)
                                     : json_stringn(name.at, name.size));
    for (const struct gguf_key_name *row = tokens; row->theirs; row++)
        key_copy(config, gguf, row->theirs, row->ours);
    text_copy(config, gguf, "general.name", "_name_or_path");
    text_copy(config, gguf, "tokenizer.chat_template", "chat_template");
    if (!architecture)
        return config;
    for (const struct gguf_key_name *row = architecture->keys; row->theirs; row++) {
        char whole[100];
        snprintf(whole, sizeof whole, "%s.%s", architecture->name, row->theirs);
        key_copy(config, gguf, whole, row->ours);
    }
    const struct gguf_key *list = gguf_find(gguf, "tokenizer.ggml.tokens");
    if (!json_object_get(config, "vocab_size") && list && list->array)
        json_object_set_new(config, "vocab_size", json_integer((json_int_t)list->count));
    config_complete(config, gguf, architecture);
    return config;
}

char *gguf_tensor_name(const struct gguf *gguf, const char *name)
{
    const struct gguf_architecture *architecture = gguf_architecture_of(gguf);
    char number[16] = "";
    int used = 0;
    if (!architecture)
        return NULL;
    bool block = sscanf(name, "blk.%15[0-9].%n", number, &used) == 1 && used > 0;
    for (const struct gguf_tensor_names *row = architecture->tensors; row->theirs; row++) {
        if (row->block != block || strcmp(row->theirs, name + used))
            continue;
        char whole[200];
        snprintf(whole, sizeof whole, row->ours, number);
        return memory_text(whole, strlen(whole));
    }
    return NULL;
}

/* The number that stands where `pattern` has %s; false where `name` does not follow it. */
static bool number_between(const char *pattern, const char *name, char number[16])
{
    const char *place = strstr(pattern, "%s");
    size_t before = place ? (size_t)(place - pattern) : 0, digits;
    if (!place || strncmp(pattern, name, before))
        return false;
    digits = strspn(name + before, "0123456789");
    if (!digits || digits > 15 || strcmp(name + before + digits, place + 2))
        return false;
    memcpy(number, name + before, digits);
    number[digits] = 0;
    return true;
}

char *gguf_name_of(const struct gguf_architecture *architecture, const char *ours)
{
    char number[16], whole[200];
    for (const struct gguf_tensor_names *row = architecture->tensors; row->theirs; row++) {
        if (!row->block && !strcmp(row->ours, ours))
            return memory_text(row->theirs, strlen(row->theirs));
        if (row->block && number_between(row->ours, ours, number)) {
            snprintf(whole, sizeof whole, "blk.%s.%s", number, row->theirs);
            return memory_text(whole, strlen(whole));
        }
    }
    return NULL;
}
