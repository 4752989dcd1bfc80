/* ModernBERT with its masked-language-model head (Warner et al. 2024, arXiv 2412.13663): rotary embedding,
 * every third layer sees everything and the others a window, GeGLU; as a rule no biases but the decoder's. */
#include "model/network/encoder.h"
#include "model/network/family.h"

static const struct names names = {
    .embedding = "model.embeddings.tok_embeddings.weight",
    .embedding_norm = "model.embeddings.norm.weight",
    .final_norm = "model.final_norm.weight",
    .attention_norm = "model.layers.*.attn_norm.weight",
    .query = "model.layers.*.attn.Wqkv.weight",
    .key = "model.layers.*.attn.Wqkv.weight",
    .value = "model.layers.*.attn.Wqkv.weight",
    .output = "model.layers.*.attn.Wo.weight",
    .mlp_norm = "model.layers.*.mlp_norm.weight",
    .gate = "model.layers.*.mlp.Wi.weight",
    .up = "model.layers.*.mlp.Wi.weight",
    .down = "model.layers.*.mlp.Wo.weight",
    .head_dense = "head.dense.weight",
    .head_norm = "head.norm.weight",
    .head_bias = "decoder.bias",
};

static void describe_windows(struct config *config, struct graph *graph)
{
    graph->rope_base = (float)config_number_or(config, "global_rope_theta", 160000);
    graph->window_rope_base = (float)config_number_or(config, "local_rope_theta", 10000);
    graph->window = config_int_or(config, "local_attention", 2, 1 << 24, 128) / 2;
    graph->window_every = config_int_or(config, "global_attn_every_n_layers", 1, 1024, 3);
}

static bool describe(const struct checkpoint *checkpoint, struct graph *graph, struct framing *framing,
                     struct lacuna_error *error)
{
    struct config config = config_of(checkpoint, error);
    graph->width = config_int(&config, "hidden_size", 1, 1 << 16);
    graph->layers = config_int(&config, "num_hidden_layers", 1, 1024);
    graph->heads = graph->kv_heads = config_int(&config, "num_attention_heads", 1, 1024);
    graph->head_width = graph->width / graph->heads;
    graph->inner = config_int(&config, "intermediate_size", 1, 1 << 20);
    graph->vocabulary = config_int(&config, "vocab_size", 1, 1 << 24);
    graph->norm = NORM_LAYER;
    graph->norm_bias = config_bool_or(&config, "norm_bias", false);
    graph->norm_epsilon = (float)config_number_or(&config, "norm_eps", 1e-5);
    graph->embedding_norm = graph->bare_first = true;
    graph->activation = encoder_activation(&config, "hidden_activation");
    if (encoder_activation(&config, "classifier_activation") != graph->activation)
        config_refuse(&config, "classifier_activation", "what \"hidden_activation\" is");
    describe_windows(&config, graph);
    graph->qkv_bias = graph->output_bias = config_bool_or(&config, "attention_bias", false);
    graph->mlp_bias = config_bool_or(&config, "mlp_bias", false);
    graph->head_dense_bias = config_bool_or(&config, "classifier_bias", false);
    graph->head_bias = config_bool_or(&config, "decoder_bias", true);
    graph->names = names;
    if (!config_bool_or(&config, "tie_word_embeddings", true))
        graph->names.head = "decoder.weight";
    framing->context_length = config_int(&config, "max_position_embeddings", 1, 1 << 24);
    framing->bos = config_token(&config, "cls_token_id", graph->vocabulary);
    framing->eos = config_token(&config, "sep_token_id", graph->vocabulary);
    framing->pad = config_token(&config, "pad_token_id", graph->vocabulary);
    framing->spelled.mask = "[MASK]";
    framing->spelled.bos = "[CLS]";
    framing->spelled.eos = "[SEP]";
    framing->closed = true;
    framing->verified = true;
    framing->proof = "a network in numpy";
    return !config.bad;
}

static const char *const types[] = { "modernbert", NULL };
const struct family family_modernbert = { .name = "modernbert", .model_types = types, .describe = describe };
