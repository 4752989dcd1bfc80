/* make_model DIR [FAMILY] - writes a tiny model with random weights, of the default family or another (dream,
 * llada, mdlm, sedd_absorbing, sedd_uniform, tiny_diffusion): config.json, tokenizer.json, model.safetensors.
 * What it writes is meaningless, but all that an engine promises whatever the weights can be tested on it in
 * milliseconds. */
#include "model/base/file.h"
#include "model/base/memory.h"
#include "model/base/random.h"
#include "model/format/checkpoint.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    HIDDEN = 32,
    LAYERS = 2,
    HEADS = 2,
    INNER = 48,
    CONTEXT = 128,
    TIME = 16,
    SPECIALS = 6,
    BYTES = 256,
    TENSORS_MAX = 64
};

static const char *const specials[SPECIALS] = { "<pad>", "<mask>", "<null>", "<none>", "<bos>", "<eos>" };

static const struct {
    const char *slot, *value;
} attributes[] = {
    { "tense", "past" },      { "tense", "present" },  { "person", "first person" },
    { "register", "formal" }, { "register", "plain" },
};
enum { ATTRIBUTES = sizeof attributes / sizeof *attributes };

/* Pairs of pieces in the byte-level alphabet, where "Ġ" is a blank. */
static const char *const merges[] = {
    "Ġ t",   "h e",  "Ġt he", "Ġ a",   "i n", "Ġ m",   "o o",    "oo n", "Ġm oon", "Ġ s",  "e a",
    "Ġs ea", "Ġa n", "Ġan d", "Ġ w",   "e n", "Ġw en", "Ġwen t", "o n",  "e r",    "l d",  "o ld",
    "Ġ old", "m a",  "ma n",  "Ġ man", "Ġ o", "Ġo n",  "i t",    "Ġ it", "Ġ he",   "Ġw a", "Ġwa s",
};
enum { MERGES = sizeof merges / sizeof *merges, VOCABULARY = SPECIALS + ATTRIBUTES + BYTES + MERGES };

static bool is_printed(int byte)
{
    return (byte >= '!' && byte <= '~') || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
}

/* GPT-2's alphabet: printable bytes stand for themselves, the others for the code points from 256 on, in
 * order. */
static void spell_byte(int byte, char out[3])
{
    int code = byte;
    if (!is_printed(byte)) {
        code = 256;
        for (int other = 0; other < byte; other++)
            code += !is_printed(other);
    }
    if (code < 0x80) {
        out[0] = (char)code;
        out[1] = 0;
    } else {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        out[2] = 0;
    }
}

static json_t *added_token(const char *content, int id)
{
    return json_pack("{s:i, s:s, s:b, s:b, s:b, s:b, s:b}", "id", id, "content", content, "single_word", 0,
                     "lstrip", 0, "rstrip", 0, "normalized", 0, "special", 1);
}

static json_t *vocabulary_new(json_t *added)
{
    json_t *vocabulary = json_object();
    char text[64];
    int id = 0;
    for (int i = 0; i < SPECIALS; i++, id++) {
        json_array_append_new(added, added_token(specials[i], id));
        json_object_set_new(vocabulary, specials[i], json_integer(id));
    }
    for (int i = 0; i < ATTRIBUTES; i++, id++) {
        snprintf(text, sizeof text, "<%s=%s>", attributes[i].slot, attributes[i].value);
        json_array_append_new(added, added_token(text, id));
        json_object_set_new(vocabulary, text, json_integer(id));
    }
    for (int byte = 0; byte < BYTES; byte++, id++) {
        spell_byte(byte, text);
        json_object_set_new(vocabulary, text, json_integer(id));
    }
    for (int i = 0; i < MERGES; i++, id++) {
        const char *blank = strchr(merges[i], ' ');
        snprintf(text, sizeof text, "%.*s%s", (int)(blank - merges[i]), merges[i], blank + 1);
        json_object_set_new(vocabulary, text, json_integer(id));
    }
    return vocabulary;
}

static json_t *tokenizer_json(void)
{
    json_t *added = json_array(), *pairs = json_array();
    json_t *vocabulary = vocabulary_new(added);
    for (int i = 0; i < MERGES; i++)
        json_array_append_new(pairs, json_string(merges[i]));
    json_t *split = json_pack("{s:s, s:{s:s}, s:s, s:b}", "type", "Split", "pattern", "Regex",
                              " ?\\p{L}+| ?\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+", "behavior",
                              "Isolated", "invert", 0);
    json_t *bytes = json_pack("{s:s, s:b, s:b, s:b}", "type", "ByteLevel", "add_prefix_space", 0,
                              "trim_offsets", 0, "use_regex", 0);
    json_t *before = json_pack("{s:s, s:[o, O]}", "type", "Sequence", "pretokenizers", split, bytes);
    json_t *model = json_pack("{s:s, s:n, s:b, s:o, s:o}", "type", "BPE", "unk_token", "byte_fallback", 0,
                              "vocab", vocabulary, "merges", pairs);
    return json_pack("{s:s, s:o, s:n, s:o, s:n, s:o, s:o}", "version", "1.0", "added_tokens", added,
                     "normalizer", "pre_tokenizer", before, "post_processor", "decoder", bytes, "model",
                     model);
}

static json_t *config_json(int mask)
{
    (void)mask;
    json_t *config =
        json_pack("{s:[s], s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:s, s:i, s:f, s:f, s:b, s:i, s:s, s:i, s:i, "
                  "s:i, s:i, s:i, s:i, s:i, s:[i,i,i,i]}",
                  "architectures", "LacunaForMaskedDiffusion", "model_type", "lacuna", "hidden_size", HIDDEN,
                  "num_hidden_layers", LAYERS, "num_attention_heads", HEADS, "num_key_value_heads", HEADS,
                  "head_dim", HIDDEN / HEADS, "intermediate_size", INNER, "hidden_act", "silu", "vocab_size",
                  VOCABULARY, "rms_norm_eps", 1e-5, "rope_theta", 10000.0, "tie_word_embeddings", 1,
                  "max_position_embeddings", CONTEXT, "attention", "context_apart", "pad_token_id", 0,
                  "mask_token_id", 1, "null_token_id", 2, "none_token_id", 3, "bos_token_id", 4,
                  "eos_token_id", 5, "attribute_slots", 3, "buckets", 4, 8, 16, 32);
    json_t *list = json_array();
    for (int i = 0; i < ATTRIBUTES; i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:i, s:i}", "value", attributes[i].value, "slot",
                                              attributes[i].slot, "token", SPECIALS + i, "bit", i));
    json_object_set_new(config, "attributes", list);
    return config;
}

struct weights {
    struct tensor tensors[TENSORS_MAX];
    char names[TENSORS_MAX][64];
    size_t count;
    struct random random;
};

/* A matrix of normal numbers that keeps the size of its input, or with cols 0 a vector of ones. */
static void add_tensor(struct weights *weights, const char *prefix, const char *name, int rows, int cols)
{
    size_t size = (size_t)rows * (size_t)(cols ? cols : 1);
    float *values = memory_new(size, sizeof *values);
    for (size_t i = 0; i < size; i++)
        values[i] = cols ? random_normal(&weights->random) / sqrtf((float)cols) : 1;
    snprintf(weights->names[weights->count], sizeof weights->names[0], "%s%s", prefix, name);
    weights->tensors[weights->count] = (struct tensor){
        .name = weights->names[weights->count],
        .type = DTYPE_F32,
        .rank = cols ? 2 : 1,
        .shape = { rows, cols ? cols : 1, 1, 1 },
        .data = values,
        .size = size * sizeof *values,
    };
    weights->count++;
}

static void add_layer(struct weights *weights, int layer)
{
    char prefix[32];
    snprintf(prefix, sizeof prefix, "model.layers.%d.", layer);
    static const char *const square[] = { "q", "k", "v", "o" };
    for (size_t i = 0; i < sizeof square / sizeof *square; i++) {
        char name[32];
        snprintf(name, sizeof name, "self_attn.%s_proj.weight", square[i]);
        add_tensor(weights, prefix, name, HIDDEN, HIDDEN);
    }
    add_tensor(weights, prefix, "mlp.gate_proj.weight", INNER, HIDDEN);
    add_tensor(weights, prefix, "mlp.up_proj.weight", INNER, HIDDEN);
    add_tensor(weights, prefix, "mlp.down_proj.weight", HIDDEN, INNER);
    add_tensor(weights, prefix, "input_layernorm.weight", HIDDEN, 0);
    add_tensor(weights, prefix, "post_attention_layernorm.weight", HIDDEN, 0);
}

static void add_lacuna(struct weights *weights, int mask)
{
    (void)mask;
    add_tensor(weights, "", "model.embed_tokens.weight", VOCABULARY, HIDDEN);
    add_tensor(weights, "", "model.norm.weight", HIDDEN, 0);
    for (int layer = 0; layer < LAYERS; layer++)
        add_layer(weights, layer);
}

/* ---- networks in which every row sees every row */

static void add_llada(struct weights *weights, int mask)
{
    (void)mask;
    static const struct {
        const char *name;
        int rows, cols;
    } layer[] = { { "attn_norm", HIDDEN, 0 },   { "q_proj", HIDDEN, HIDDEN },   { "k_proj", HIDDEN, HIDDEN },
                  { "v_proj", HIDDEN, HIDDEN }, { "attn_out", HIDDEN, HIDDEN }, { "ff_norm", HIDDEN, 0 },
                  { "ff_proj", INNER, HIDDEN }, { "up_proj", INNER, HIDDEN },   { "ff_out", HIDDEN, INNER } };
    char prefix[48], name[32];
    add_tensor(weights, "model.transformer.", "wte.weight", VOCABULARY, HIDDEN);
    add_tensor(weights, "model.transformer.", "ln_f.weight", HIDDEN, 0);
    for (int number = 0; number < LAYERS; number++)
        for (size_t i = 0; i < sizeof layer / sizeof *layer; i++) {
            snprintf(prefix, sizeof prefix, "model.transformer.blocks.%d.", number);
            snprintf(name, sizeof name, "%s.weight", layer[i].name);
            add_tensor(weights, prefix, name, layer[i].rows, layer[i].cols);
        }
}

static void add_dream(struct weights *weights, int mask)
{
    static const char *const biased[] = { "q", "k", "v" };
    add_lacuna(weights, mask);
    for (int layer = 0; layer < LAYERS; layer++)
        for (size_t i = 0; i < sizeof biased / sizeof *biased; i++) {
            char name[64];
            snprintf(name, sizeof name, "model.layers.%d.self_attn.%s_proj.bias", layer, biased[i]);
            add_tensor(weights, "", name, HIDDEN, 0);
        }
}

static void add_tiny_diffusion(struct weights *weights, int mask)
{
    (void)mask;
    static const struct {
        const char *name;
        int rows, cols;
    } layer[] = { { "attn.c_q", HIDDEN, HIDDEN },     { "attn.c_k", HIDDEN, HIDDEN },
                  { "attn.c_v", HIDDEN, HIDDEN },     { "attn.c_proj", HIDDEN, HIDDEN },
                  { "mlp.c_fc", 4 * HIDDEN, HIDDEN }, { "mlp.c_proj", HIDDEN, 4 * HIDDEN } };
    char name[64];
    add_tensor(weights, "", "token_emb.weight", VOCABULARY, HIDDEN);
    add_tensor(weights, "", "time_emb.weight", TIME, HIDDEN);
    add_tensor(weights, "", "output_head.weight", VOCABULARY, HIDDEN);
    for (int number = 0; number < LAYERS; number++)
        for (size_t i = 0; i < sizeof layer / sizeof *layer; i++) {
            snprintf(name, sizeof name, "blocks.%d.%s.weight", number, layer[i].name);
            add_tensor(weights, "", name, layer[i].rows, layer[i].cols);
        }
}

static json_t *llada_json(int mask)
{
    (void)mask;
    return json_pack("{s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:b, s:i, s:i, s:i}", "model_type", "llada",
                     "d_model", HIDDEN, "n_layers", LAYERS, "n_heads", HEADS, "vocab_size", VOCABULARY,
                     "mlp_hidden_size", INNER, "max_sequence_length", CONTEXT, "weight_tying", 1,
                     "mask_token_id", 1, "eos_token_id", 5, "pad_token_id", 0);
}

static json_t *dream_json(int mask)
{
    (void)mask;
    return json_pack("{s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:b, s:i, s:i, s:i, s:i}", "model_type", "Dream",
                     "hidden_size", HIDDEN, "num_hidden_layers", LAYERS, "num_attention_heads", HEADS,
                     "intermediate_size", INNER, "vocab_size", VOCABULARY, "max_position_embeddings", CONTEXT,
                     "tie_word_embeddings", 1, "mask_token_id", 1, "bos_token_id", 4, "eos_token_id", 5,
                     "pad_token_id", 0);
}

static json_t *tiny_diffusion_json(int mask)
{
    (void)mask;
    return json_pack("{s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "model_type", "tiny-diffusion",
                     "sequence_len", CONTEXT, "vocab_size", VOCABULARY, "n_layer", LAYERS, "n_head", HEADS,
                     "n_embd", HIDDEN, "diffusion_steps", TIME, "mask_token_id", 1);
}

/* ---- diffusion transformers */

static void add_linear(struct weights *weights, const char *prefix, const char *name, int rows, int cols)
{
    char whole[64];
    snprintf(whole, sizeof whole, "%s.weight", name);
    add_tensor(weights, prefix, whole, rows, cols);
    snprintf(whole, sizeof whole, "%s.bias", name);
    add_tensor(weights, prefix, whole, rows, 0);
}

static void add_transformer(struct weights *weights, const char *prefix, int vocabulary)
{
    char name[64];
    add_tensor(weights, prefix, "vocab_embed.embedding", vocabulary, HIDDEN);
    add_linear(weights, prefix, "sigma_map.mlp.0", TIME, 256);
    add_linear(weights, prefix, "sigma_map.mlp.2", TIME, TIME);
    for (int layer = 0; layer < LAYERS; layer++) {
        snprintf(name, sizeof name, "%sblocks.%d.", prefix, layer);
        add_tensor(weights, name, "norm1.weight", HIDDEN, 0);
        add_tensor(weights, name, "norm2.weight", HIDDEN, 0);
        add_tensor(weights, name, "attn_qkv.weight", 3 * HIDDEN, HIDDEN);
        add_tensor(weights, name, "attn_out.weight", HIDDEN, HIDDEN);
        add_linear(weights, name, "mlp.0", 4 * HIDDEN, HIDDEN);
        add_linear(weights, name, "mlp.2", HIDDEN, 4 * HIDDEN);
        add_linear(weights, name, "adaLN_modulation", 6 * HIDDEN, TIME);
    }
    add_tensor(weights, prefix, "output_layer.norm_final.weight", HIDDEN, 0);
    add_linear(weights, prefix, "output_layer.linear", vocabulary, HIDDEN);
    add_linear(weights, prefix, "output_layer.adaLN_modulation", 2 * HIDDEN, TIME);
}

static void add_mdlm(struct weights *weights, int mask)
{
    add_transformer(weights, "backbone.", VOCABULARY + mask);
}

static void add_sedd(struct weights *weights, int mask)
{
    add_transformer(weights, "", VOCABULARY + mask);
}

static json_t *mdlm_json(int mask)
{
    return json_pack("{s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:b}", "model_type", "mdlm", "hidden_dim", HIDDEN,
                     "cond_dim", TIME, "n_blocks", LAYERS, "n_heads", HEADS, "vocab_size", VOCABULARY + mask,
                     "model_length", CONTEXT, "time_conditioning", 1);
}

static json_t *sedd_json(int mask)
{
    json_t *model = json_pack("{s:i, s:i, s:i, s:i, s:i, s:b}", "hidden_size", HIDDEN, "cond_dim", TIME,
                              "n_blocks", LAYERS, "n_heads", HEADS, "length", CONTEXT, "scale_by_sigma", 1);
    return json_pack("{s:i, s:{s:s}, s:{s:s, s:f, s:i}, s:o}", "tokens", VOCABULARY, "graph", "type",
                     mask ? "absorb" : "uniform", "noise", "type", mask ? "loglinear" : "geometric",
                     "sigma_min", 1e-4, "sigma_max", 20, "model", model);
}

/* ---- families */

static const struct family {
    const char *name;
    json_t *(*config)(int mask);
    void (*add)(struct weights *weights, int mask);
    int mask; /* 1: the mask is a token behind those of the tokenizer */
} families[] = {
    { "lacuna", config_json, add_lacuna, 0 },
    { "dream", dream_json, add_dream, 0 },
    { "llada", llada_json, add_llada, 0 },
    { "mdlm", mdlm_json, add_mdlm, 1 },
    { "sedd_absorbing", sedd_json, add_sedd, 1 },
    { "sedd_uniform", sedd_json, add_sedd, 0 },
    { "tiny_diffusion", tiny_diffusion_json, add_tiny_diffusion, 0 },
};

static const struct family *find_family(const char *name)
{
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        if (strcmp(families[i].name, name) == 0)
            return &families[i];
    return NULL;
}

static bool write_weights(const char *path, const struct family *family, struct lacuna_error *error)
{
    struct weights weights = { .random = random_new(7, 0) };
    family->add(&weights, family->mask);
    bool done = safetensors_write(path, weights.tensors, weights.count, NULL, error);
    for (size_t i = 0; i < weights.count; i++)
        free((void *)weights.tensors[i].data);
    return done;
}

static bool write_json(const char *path, json_t *json, struct lacuna_error *error)
{
    char *text = json_dumps(json, JSON_INDENT(1));
    json_decref(json);
    if (!text)
        return false;
    bool done = file_write(path, text, strlen(text), error);
    free(text);
    return done;
}

int main(int count, char **arguments)
{
    const struct family *family = count > 1 ? find_family(count > 2 ? arguments[2] : "lacuna") : NULL;
    if (count > 3 || !family) {
        fputs("usage: make_model DIR [FAMILY]\n", stderr);
        return 1;
    }
    mkdir(arguments[1], 0777);
    struct lacuna_error error = { 0 };
    char *config = path_join(arguments[1], "config.json");
    char *tokenizer = path_join(arguments[1], "tokenizer.json");
    char *weights = path_join(arguments[1], "model.safetensors");
    bool done = write_json(config, family->config(family->mask), &error) &&
                write_json(tokenizer, tokenizer_json(), &error) && write_weights(weights, family, &error);
    if (!done)
        fprintf(stderr, "make_model: %s\n", error.message);
    free(config);
    free(tokenizer);
    free(weights);
    return done ? 0 : 2;
}
