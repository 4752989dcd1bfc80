/* Dream (Ye et al. 2025, arXiv 2508.15487; DiffuCoder is the same; DreamOn adds tokens that make a hole
 * longer or shorter): Qwen2's network, every row sees every row, and row i - 1 predicts position i as in the
 * autoregressive model it was made from. */
#include "model/network/config.h"
#include "model/network/family.h"

#include <string.h>

static const struct names names = {
    .embedding = "model.embed_tokens.weight",
    .final_norm = "model.norm.weight",
    .attention_norm = "model.layers.*.input_layernorm.weight",
    .query = "model.layers.*.self_attn.q_proj.weight",
    .key = "model.layers.*.self_attn.k_proj.weight",
    .value = "model.layers.*.self_attn.v_proj.weight",
    .output = "model.layers.*.self_attn.o_proj.weight",
    .mlp_norm = "model.layers.*.post_attention_layernorm.weight",
    .gate = "model.layers.*.mlp.gate_proj.weight",
    .up = "model.layers.*.mlp.up_proj.weight",
    .down = "model.layers.*.mlp.down_proj.weight",
};

static void refuse_others(struct config *config)
{
    if (strcmp(config_text_or(config, "hidden_act", "silu"), "silu") != 0)
        config_refuse(config, "hidden_act", "silu");
    if (!json_is_null(json_object_get(config->values, "rope_scaling")) &&
        json_object_get(config->values, "rope_scaling"))
        config_refuse(config, "rope_scaling", "null");
    if (config_bool_or(config, "use_sliding_window", false))
        config_refuse(config, "use_sliding_window", "false");
    if (config_bool_or(config, "use_mrope", false))
        config_refuse(config, "use_mrope", "false");
}

static bool describe(const struct checkpoint *checkpoint, struct graph *graph, struct framing *framing,
                     struct lacuna_error *error)
{
    struct config config = config_of(checkpoint, error);
    refuse_others(&config);
    int heads = config_int(&config, "num_attention_heads", 1, 1024);
    graph->width = config_int(&config, "hidden_size", 1, 1 << 16);
    graph->layers = config_int(&config, "num_hidden_layers", 1, 1024);
    graph->heads = heads;
    graph->kv_heads = config_int_or(&config, "num_key_value_heads", 1, heads, heads);
    graph->head_width = graph->width / heads;
    graph->inner = config_int(&config, "intermediate_size", 1, 1 << 20);
    graph->vocabulary = config_int(&config, "vocab_size", 1, 1 << 24);
    graph->norm = NORM_RMS;
    graph->norm_epsilon = (float)config_number_or(&config, "rms_norm_eps", 1e-6);
    graph->activation = LINEAR_SILU;
    graph->rope_base = (float)config_number_or(&config, "rope_theta", 10000);
    graph->rope_interleaved = config_bool_or(&config, "rope_interleaved", false);
    graph->qkv_bias = true;
    graph->names = names;
    if (!config_bool_or(&config, "tie_word_embeddings", false))
        graph->names.head = "lm_head.weight";
    framing->context_length = config_int(&config, "max_position_embeddings", 1, 1 << 24);
    framing->mask = config_token(&config, "mask_token_id", graph->vocabulary);
    framing->bos = config_token(&config, "bos_token_id", graph->vocabulary);
    framing->eos = config_token(&config, "eos_token_id", graph->vocabulary);
    framing->pad = config_token(&config, "pad_token_id", graph->vocabulary);
    framing->expand = config_token(&config, "expand_token_id", graph->vocabulary);
    framing->remove = config_token(&config, "delete_token_id", graph->vocabulary);
    framing->spelled.expand = "<|expand|>";
    framing->shifted = true;
    framing->verified = true;
    return !config.bad;
}

static const char *const types[] = { "Dream", "dream", NULL };
const struct family family_dream = { .name = "dream", .model_types = types, .describe = describe };
