/* Diffusion-LM (Li et al. 2022, arXiv 2205.14217): Gaussian noise on the embeddings of words. */
#include "model/network/family.h"
#include "model/network/vector_encoder.h"

static bool owns(const json_t *config)
{
    return json_object_get(config, "in_channels") ||
           json_object_get(vector_encoder_arguments(config), "in_channel");
}

static bool describe(const struct checkpoint *checkpoint, struct graph *graph, struct framing *framing,
                     struct lacuna_error *error)
{
    static const struct vector_encoder_keys keys = { .width = "in_channels",
                                                     .time = "model_channels",
                                                     .width_arg = "in_channel",
                                                     .time_arg = "num_channels" };
    framing->spelled.bos = "START";
    framing->spelled.eos = "END";
    framing->spelled.pad = "PAD";
    return vector_encoder_describe(checkpoint, &keys, graph, framing, error);
}

static const char *const types[] = { "bert", "diffusion-lm", NULL };
const struct family family_diffusion_lm = {
    .name = "diffusion-lm", .model_types = types, .owns = owns, .describe = describe
};
