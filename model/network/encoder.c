#include "model/network/encoder.h"

#include <string.h>

enum activation encoder_activation(struct config *config, const char *key)
{
    const char *name = config_text_or(config, key, "gelu");
    if (strcmp(name, "gelu") == 0)
        return LINEAR_GELU_ERF;
    if (strcmp(name, "gelu_new") != 0 && strcmp(name, "gelu_pytorch_tanh") != 0)
        config_refuse(config, key, "gelu, gelu_new or gelu_pytorch_tanh");
    return LINEAR_GELU_TANH;
}

void encoder_describe(struct config *config, struct graph *graph)
{
    if (strcmp(config_text_or(config, "position_embedding_type", "absolute"), "absolute") != 0)
        config_refuse(config, "position_embedding_type", "absolute");
    if (config_bool_or(config, "is_decoder", false))
        config_refuse(config, "is_decoder", "false");
    graph->width = config_int(config, "hidden_size", 1, 1 << 16);
    graph->layers = config_int(config, "num_hidden_layers", 1, 1024);
    graph->heads = graph->kv_heads = config_int(config, "num_attention_heads", 1, 1024);
    graph->head_width = graph->width / graph->heads;
    graph->inner = config_int(config, "intermediate_size", 1, 1 << 20);
    graph->positions = config_int(config, "max_position_embeddings", 1, 1 << 24);
    graph->token_types = config_int_or(config, "type_vocab_size", 1, 1 << 16, 2);
    graph->norm = NORM_LAYER;
    graph->norm_bias = graph->embedding_norm = graph->post_norm = true;
    graph->norm_epsilon = (float)config_number_or(config, "layer_norm_eps", 1e-12);
    graph->activation = encoder_activation(config, "hidden_act");
    graph->qkv_bias = graph->output_bias = graph->mlp_bias = true;
}
