/* DiffuSeq (Gong et al. 2022, arXiv 2210.08933): Diffusion-LM's network, with noise on the second of two
 * texts alone. */
#include "model/network/family.h"
#include "model/network/vector_encoder.h"

static bool owns(const json_t *config)
{
    return json_object_get(config, "hidden_t_dim") ||
           json_object_get(vector_encoder_arguments(config), "hidden_t_dim");
}

static bool describe(const struct checkpoint *checkpoint, struct graph *graph, struct framing *framing,
                     struct lacuna_error *error)
{
    static const struct vector_encoder_keys keys = {
        .width = "input_dims", .time = "hidden_t_dim", .width_arg = "hidden_dim", .time_arg = "hidden_t_dim"
    };
    framing->spelled.bos = "[CLS]";
    framing->spelled.eos = "[SEP]";
    framing->spelled.pad = "[PAD]";
    return vector_encoder_describe(checkpoint, &keys, graph, framing, error);
}

static const char *const types[] = { "bert", "diffuseq", NULL };
const struct family family_diffuseq = {
    .name = "diffuseq", .model_types = types, .owns = owns, .describe = describe
};
