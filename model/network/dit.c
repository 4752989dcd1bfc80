#include "model/network/dit.h"

void dit_describe(struct config *config, const char *width_key, const struct names *names,
                  struct graph *graph)
{
    graph->width = config_int(config, width_key, 1, 1 << 16);
    graph->time_width = config_int(config, "cond_dim", 1, 1 << 16);
    graph->layers = config_int(config, "n_blocks", 1, 1024);
    graph->heads = graph->kv_heads = config_int(config, "n_heads", 1, 1024);
    graph->head_width = graph->width / graph->heads;
    graph->inner = 4 * graph->width;
    graph->norm = NORM_LAYER;
    graph->norm_epsilon = 1e-5f;
    graph->activation = LINEAR_GELU_TANH;
    graph->rope_base = 10000;
    graph->mlp_bias = graph->head_bias = true;
    graph->time = TIME_ADAPTIVE;
    graph->names = *names;
}
