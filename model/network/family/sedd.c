/* SEDD (Lou et al. 2024, arXiv 2310.16834): a diffusion transformer that gives log scores; the configuration
 * is hydra's, without a model_type. With an absorbing graph the mask is the token after the vocabulary's. */
#include "model/network/config.h"
#include "model/network/dit.h"
#include "model/network/family.h"

#include <string.h>

static const struct names names = {
    .embedding = "vocab_embed.embedding",
    .final_norm = "output_layer.norm_final.weight",
    .head = "output_layer.linear.weight",
    .attention_norm = "blocks.*.norm1.weight",
    .query = "blocks.*.attn_qkv.weight",
    .key = "blocks.*.attn_qkv.weight",
    .value = "blocks.*.attn_qkv.weight",
    .output = "blocks.*.attn_out.weight",
    .mlp_norm = "blocks.*.norm2.weight",
    .up = "blocks.*.mlp.0.weight",
    .down = "blocks.*.mlp.2.weight",
    .time_in = "sigma_map.mlp.0.weight",
    .time_out = "sigma_map.mlp.2.weight",
    .modulation = "blocks.*.adaLN_modulation.weight",
    .final_modulation = "output_layer.adaLN_modulation.weight",
};

static bool owns(const json_t *values)
{
    return json_is_object(json_object_get(values, "graph")) &&
           json_is_object(json_object_get(values, "model")) && json_object_get(values, "tokens");
}

static bool is_absorbing(struct config *config)
{
    const char *type = config_text_or(config, "type", "absorb");
    if (strcmp(type, "absorb") == 0)
        return true;
    if (strcmp(type, "uniform") != 0)
        config_refuse(config, "graph.type", "absorb or uniform");
    return false;
}

static bool describe(const struct checkpoint *checkpoint, struct graph *graph, struct framing *framing,
                     struct lacuna_error *error)
{
    struct config config = config_of(checkpoint, error), model = config, transitions = config;
    model.values = json_object_get(config.values, "model");
    transitions.values = json_object_get(config.values, "graph");
    bool absorbing = is_absorbing(&transitions);
    dit_describe(&model, "hidden_size", &names, graph);
    graph->vocabulary = config_int(&config, "tokens", 2, (1 << 24) - 1) + absorbing;
    graph->out =
        config_bool_or(&model, "scale_by_sigma", true) ? OUTPUT_LOG_SCORE_BY_SIGMA : OUTPUT_LOG_SCORE;
    framing->context_length = config_int(&model, "length", 1, 1 << 24);
    framing->mask = absorbing ? graph->vocabulary - 1 : -1;
    framing->needs_time = true;
    framing->verified = true;
    return !config.bad && !model.bad && !transitions.bad;
}

static const char *const types[] = { "sedd", NULL };
const struct family family_sedd = {
    .name = "sedd", .model_types = types, .owns = owns, .describe = describe
};
