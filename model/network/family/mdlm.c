/* MDLM (Sahoo et al. 2024, arXiv 2406.07524): a diffusion transformer; the mask is the last token. */
#include "model/network/config.h"
#include "model/network/dit.h"
#include "model/network/family.h"

static const struct names names = {
    .embedding = "backbone.vocab_embed.embedding",
    .final_norm = "backbone.output_layer.norm_final.weight",
    .head = "backbone.output_layer.linear.weight",
    .attention_norm = "backbone.blocks.*.norm1.weight",
    .query = "backbone.blocks.*.attn_qkv.weight",
    .key = "backbone.blocks.*.attn_qkv.weight",
    .value = "backbone.blocks.*.attn_qkv.weight",
    .output = "backbone.blocks.*.attn_out.weight",
    .mlp_norm = "backbone.blocks.*.norm2.weight",
    .up = "backbone.blocks.*.mlp.0.weight",
    .down = "backbone.blocks.*.mlp.2.weight",
    .time_in = "backbone.sigma_map.mlp.0.weight",
    .time_out = "backbone.sigma_map.mlp.2.weight",
    .modulation = "backbone.blocks.*.adaLN_modulation.weight",
    .final_modulation = "backbone.output_layer.adaLN_modulation.weight",
};

static bool describe(const struct checkpoint *checkpoint, struct graph *graph, struct framing *framing,
                     struct lacuna_error *error)
{
    struct config config = config_of(checkpoint, error);
    dit_describe(&config, "hidden_dim", &names, graph);
    graph->vocabulary = config_int(&config, "vocab_size", 2, 1 << 24);
    framing->context_length = config_int(&config, "model_length", 1, 1 << 24);
    framing->mask = graph->vocabulary - 1;
    framing->time = config_bool_or(&config, "time_conditioning", false) ? TIME_KIND_SIGMA : TIME_KIND_NONE;
    framing->schedule = "log_linear";
    framing->prediction = "subs";
    framing->verified = true;
    return !config.bad;
}

static const char *const types[] = { "mdlm", NULL };
const struct family family_mdlm = { .name = "mdlm", .model_types = types, .describe = describe };
