/* LLaDA (Nie et al. 2025, arXiv 2502.09992; 1.5 is the same): OLMo's names, LLaMA's parts, every row sees
 * every row. */
#include "model/network/config.h"
#include "model/network/family.h"

#include <string.h>

static const struct names names = {
    .embedding = "model.transformer.wte.weight",
    .final_norm = "model.transformer.ln_f.weight",
    .attention_norm = "model.transformer.blocks.*.attn_norm.weight",
    .query = "model.transformer.blocks.*.q_proj.weight",
    .key = "model.transformer.blocks.*.k_proj.weight",
    .value = "model.transformer.blocks.*.v_proj.weight",
    .output = "model.transformer.blocks.*.attn_out.weight",
    .mlp_norm = "model.transformer.blocks.*.ff_norm.weight",
    .gate = "model.transformer.blocks.*.ff_proj.weight",
    .up = "model.transformer.blocks.*.up_proj.weight",
    .down = "model.transformer.blocks.*.ff_out.weight",
};

/* What the published code can be configured to and no published checkpoint is. */
static void refuse_others(struct config *config)
{
    if (strcmp(config_text_or(config, "block_type", "llama"), "llama") != 0)
        config_refuse(config, "block_type", "llama");
    if (strcmp(config_text_or(config, "layer_norm_type", "rms"), "rms") != 0)
        config_refuse(config, "layer_norm_type", "rms");
    if (strcmp(config_text_or(config, "activation_type", "silu"), "silu") != 0)
        config_refuse(config, "activation_type", "silu");
    static const char *const off[] = { "alibi",          "attention_layer_norm", "bias_for_layer_norm",
                                       "input_emb_norm", "scale_logits",         NULL };
    for (const char *const *key = off; *key; key++)
        if (config_bool_or(config, *key, false))
            config_refuse(config, *key, "false");
    if (!config_bool_or(config, "rope", true))
        config_refuse(config, "rope", "true");
}

static int count_kv_heads(struct config *config, int heads)
{
    bool one = config_bool_or(config, "multi_query_attention", false);
    return config_int_or(config, "n_kv_heads", 1, heads, one ? 1 : heads);
}

static bool describe(const struct checkpoint *checkpoint, struct graph *graph, struct framing *framing,
                     struct lacuna_error *error)
{
    struct config config = config_of(checkpoint, error);
    refuse_others(&config);
    int heads = config_int(&config, "n_heads", 1, 1024),
        vocabulary = config_int(&config, "vocab_size", 1, 1 << 24);
    graph->width = config_int(&config, "d_model", 1, 1 << 16);
    graph->layers = config_int(&config, "n_layers", 1, 1024);
    graph->heads = heads;
    graph->kv_heads = count_kv_heads(&config, heads);
    graph->head_width = graph->width / heads;
    graph->inner = config_int_or(&config, "mlp_hidden_size", 1, 1 << 20,
                                 graph->width * config_int_or(&config, "mlp_ratio", 1, 16, 4));
    graph->vocabulary = config_int_or(&config, "embedding_size", vocabulary, 1 << 24, vocabulary);
    graph->norm = NORM_RMS;
    graph->norm_epsilon = (float)config_number_or(&config, "rms_norm_eps", 1e-5);
    graph->activation = LINEAR_SILU;
    graph->rope_base = (float)config_number_or(&config, "rope_theta", 10000);
    graph->rope_interleaved = config_bool_or(&config, "rope_interleaved", false);
    graph->output_bias = graph->mlp_bias = graph->head_bias = config_bool_or(&config, "include_bias", false);
    graph->qkv_bias = config_bool_or(&config, "include_qkv_bias", graph->output_bias);
    graph->names = names;
    if (!config_bool_or(&config, "weight_tying", true))
        graph->names.head = "model.transformer.ff_out.weight";
    framing->context_length = config_int(&config, "max_sequence_length", 1, 1 << 24);
    framing->mask = config_token(&config, "mask_token_id", graph->vocabulary);
    framing->bos = config_token(&config, "bos_token_id", graph->vocabulary);
    framing->eos = config_token(&config, "eos_token_id", graph->vocabulary);
    framing->pad = config_token(&config, "pad_token_id", graph->vocabulary);
    framing->verified = true;
    return !config.bad;
}

static const char *const types[] = { "llada", NULL };
const struct family family_llada = { .name = "llada", .model_types = types, .describe = describe };
