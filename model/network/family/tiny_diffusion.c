/* tiny-diffusion: characters, norms without weights, rotation the other way round, squared ReLU, a table of
 * times. */
#include "model/network/config.h"
#include "model/network/family.h"

static const struct names names = {
    .embedding = "token_emb.weight",
    .head = "output_head.weight",
    .query = "blocks.*.attn.c_q.weight",
    .key = "blocks.*.attn.c_k.weight",
    .value = "blocks.*.attn.c_v.weight",
    .output = "blocks.*.attn.c_proj.weight",
    .up = "blocks.*.mlp.c_fc.weight",
    .down = "blocks.*.mlp.c_proj.weight",
    .time_table = "time_emb.weight",
};

static bool describe(const struct checkpoint *checkpoint, struct graph *graph, struct framing *framing,
                     struct lacuna_error *error)
{
    struct config config = config_of(checkpoint, error);
    graph->width = config_int(&config, "n_embd", 1, 1 << 16);
    graph->layers = config_int(&config, "n_layer", 1, 1024);
    graph->heads = graph->kv_heads = config_int(&config, "n_head", 1, 1024);
    graph->head_width = graph->width / graph->heads;
    graph->inner = 4 * graph->width;
    graph->vocabulary = config_int(&config, "vocab_size", 1, 1 << 24);
    graph->norm_epsilon = (float)config_number_or(&config, "rms_norm_eps", 1.1920928955078125e-07);
    graph->activation = LINEAR_RELU_SQUARED;
    graph->rope_base = (float)config_number_or(&config, "rope_base", 10000);
    graph->rope_backwards = graph->embedding_norm = true;
    graph->query_key_norm = config_bool_or(&config, "qk_norm", true);
    graph->time = TIME_TABLE;
    graph->time_steps = config_int(&config, "diffusion_steps", 1, 1 << 24);
    graph->names = names;
    framing->context_length = config_int(&config, "sequence_len", 1, 1 << 24);
    framing->mask = config_token(&config, "mask_token_id", graph->vocabulary);
    framing->time = TIME_KIND_STEP;
    framing->verified = true;
    return !config.bad;
}

static const char *const types[] = { "tiny-diffusion", NULL };
const struct family family_tiny_diffusion = { .name = "tiny-diffusion",
                                              .model_types = types,
                                              .describe = describe };
