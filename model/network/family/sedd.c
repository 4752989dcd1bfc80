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

static void read_noise(struct config *config, struct framing *framing)
{
    const char *type = config_text_or(config, "type", "loglinear");
    bool geometric = strcmp(type, "geometric") == 0;
    if (!geometric && strcmp(type, "loglinear") != 0)
        config_refuse(config, "noise.type", "loglinear or geometric");
    framing->schedule = geometric ? "geometric" : "log_linear";
    framing->sigma_min = config_number_or(config, "sigma_min", 1e-4);
    framing->sigma_max = config_number_or(config, "sigma_max", 20);
    if (!(framing->sigma_min > 0 && framing->sigma_max > framing->sigma_min && framing->sigma_max < 100))
        config_refuse(config, "noise.sigma_min and sigma_max", "0 < sigma_min < sigma_max < 100");
}

static bool describe(const struct checkpoint *checkpoint, struct graph *graph, struct framing *framing,
                     struct lacuna_error *error)
{
    struct config config = config_of(checkpoint, error), model = config, transitions = config, noise = config;
    model.values = json_object_get(config.values, "model");
    transitions.values = json_object_get(config.values, "graph");
    noise.values = json_object_get(config.values, "noise");
    bool absorbing = is_absorbing(&transitions);
    dit_describe(&model, "hidden_size", &names, graph);
    graph->vocabulary = config_int(&config, "tokens", 2, (1 << 24) - 1) + absorbing;
    graph->out =
        config_bool_or(&model, "scale_by_sigma", true) ? OUTPUT_LOG_SCORE_BY_SIGMA : OUTPUT_LOG_SCORE;
    framing->context_length = config_int(&model, "length", 1, 1 << 24);
    framing->mask = absorbing ? graph->vocabulary - 1 : -1;
    framing->time = TIME_KIND_SIGMA;
    framing->process = absorbing ? "absorbing" : "uniform";
    framing->prediction = "score";
    read_noise(&noise, framing);
    framing->verified = true;
    return !config.bad && !model.bad && !transitions.bad && !noise.bad;
}

static const char *const types[] = { "sedd", NULL };
const struct family family_sedd = {
    .name = "sedd", .model_types = types, .owns = owns, .describe = describe
};
