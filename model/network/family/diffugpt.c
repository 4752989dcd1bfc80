/* DiffuGPT (Gong et al. 2024, arXiv 2410.17891): GPT-2 whose rows see every row; row i - 1 predicts position
 * i as before. Its matrices lie as [inputs, outputs], its mask is an ordinary token that the configuration
 * names, and the embedding, which was made larger for it, has more rows than the configuration says. */
#include "model/network/config.h"
#include "model/network/family.h"

#include <string.h>

/* As the published files have them: the embedding was taken out of GPT-2's own module. */
static const struct names names = {
    .embedding = "embed_tokens.weight",
    .position = "denoise_model.wpe.weight",
    .final_norm = "denoise_model.ln_f.weight",
    .attention_norm = "denoise_model.h.*.ln_1.weight",
    .query = "denoise_model.h.*.attn.c_attn.weight",
    .key = "denoise_model.h.*.attn.c_attn.weight",
    .value = "denoise_model.h.*.attn.c_attn.weight",
    .output = "denoise_model.h.*.attn.c_proj.weight",
    .mlp_norm = "denoise_model.h.*.ln_2.weight",
    .up = "denoise_model.h.*.mlp.c_fc.weight",
    .down = "denoise_model.h.*.mlp.c_proj.weight",
};

/* As GPT2LMHeadModel calls them. */
static const struct names names_of_gpt2 = {
    .embedding = "transformer.wte.weight",
    .position = "transformer.wpe.weight",
    .final_norm = "transformer.ln_f.weight",
    .attention_norm = "transformer.h.*.ln_1.weight",
    .query = "transformer.h.*.attn.c_attn.weight",
    .key = "transformer.h.*.attn.c_attn.weight",
    .value = "transformer.h.*.attn.c_attn.weight",
    .output = "transformer.h.*.attn.c_proj.weight",
    .mlp_norm = "transformer.h.*.ln_2.weight",
    .up = "transformer.h.*.mlp.c_fc.weight",
    .down = "transformer.h.*.mlp.c_proj.weight",
};

static void refuse_others(struct config *config)
{
    const char *activation = config_text_or(config, "activation_function", "gelu_new");
    if (strcmp(activation, "gelu_new") != 0 && strcmp(activation, "gelu_pytorch_tanh") != 0)
        config_refuse(config, "activation_function", "gelu_new");
    if (!config_bool_or(config, "scale_attn_weights", true))
        config_refuse(config, "scale_attn_weights", "true");
    if (config_bool_or(config, "scale_attn_by_inverse_layer_idx", false))
        config_refuse(config, "scale_attn_by_inverse_layer_idx", "false");
    if (config_bool_or(config, "add_cross_attention", false))
        config_refuse(config, "add_cross_attention", "false");
}

/* Embedding and head are one; a file holds it under either name. */
static void name_tensors(const struct checkpoint *checkpoint, struct graph *graph)
{
    bool as_gpt2 = checkpoint_find(checkpoint, names_of_gpt2.embedding);
    graph->names = as_gpt2 ? names_of_gpt2 : names;
    const struct tensor *embedding = checkpoint_find(checkpoint, graph->names.embedding),
                        *head = checkpoint_find(checkpoint, "lm_head.weight");
    if (head)
        graph->names.head = "lm_head.weight";
    if (head && !embedding)
        graph->names.embedding = "lm_head.weight";
    embedding = embedding ? embedding : head;
    if (embedding && embedding->rank == 2 && embedding->shape[0] > graph->vocabulary &&
        embedding->shape[0] <= 1 << 24)
        graph->vocabulary = (int)embedding->shape[0];
}

static bool describe(const struct checkpoint *checkpoint, struct graph *graph, struct framing *framing,
                     struct lacuna_error *error)
{
    struct config config = config_of(checkpoint, error);
    refuse_others(&config);
    graph->width = config_int(&config, "n_embd", 1, 1 << 16);
    graph->layers = config_int(&config, "n_layer", 1, 1024);
    graph->heads = graph->kv_heads = config_int(&config, "n_head", 1, 1024);
    graph->head_width = graph->width / graph->heads;
    graph->inner = config_int_or(&config, "n_inner", 1, 1 << 20, 4 * graph->width);
    graph->vocabulary = config_int(&config, "vocab_size", 1, 1 << 24);
    graph->positions = config_int(&config, "n_positions", 1, 1 << 24);
    graph->norm = NORM_LAYER;
    graph->norm_bias = true;
    graph->norm_epsilon = (float)config_number_or(&config, "layer_norm_epsilon", 1e-5);
    graph->activation = LINEAR_GELU_TANH;
    graph->qkv_bias = graph->output_bias = graph->mlp_bias = true;
    graph->transposed = true;
    name_tensors(checkpoint, graph);
    framing->context_length = graph->positions;
    framing->mask = config_token(&config, "mask_token_id", graph->vocabulary);
    framing->bos = config_token(&config, "bos_token_id", graph->vocabulary);
    framing->eos = config_token(&config, "eos_token_id", graph->vocabulary);
    framing->pad = config_token(&config, "pad_token_id", graph->vocabulary);
    framing->shifted = true;
    framing->verified = true;
    framing->proof = "a network in numpy";
    return !config.bad;
}

static const char *const types[] = { "gpt2", "diffugpt", NULL };
const struct family family_diffugpt = { .name = "diffugpt", .model_types = types, .describe = describe };
