/* BERT with its masked-language-model head (Devlin et al. 2018, arXiv 1810.04805): norms behind what they
 * follow, a table of positions, [CLS] and [SEP] around the text. */
#include "model/network/encoder.h"
#include "model/network/family.h"

static const struct names names = {
    .embedding = "bert.embeddings.word_embeddings.weight",
    .position = "bert.embeddings.position_embeddings.weight",
    .token_type = "bert.embeddings.token_type_embeddings.weight",
    .embedding_norm = "bert.embeddings.LayerNorm.weight",
    .attention_norm = "bert.encoder.layer.*.attention.output.LayerNorm.weight",
    .query = "bert.encoder.layer.*.attention.self.query.weight",
    .key = "bert.encoder.layer.*.attention.self.key.weight",
    .value = "bert.encoder.layer.*.attention.self.value.weight",
    .output = "bert.encoder.layer.*.attention.output.dense.weight",
    .mlp_norm = "bert.encoder.layer.*.output.LayerNorm.weight",
    .up = "bert.encoder.layer.*.intermediate.dense.weight",
    .down = "bert.encoder.layer.*.output.dense.weight",
    .head_dense = "cls.predictions.transform.dense.weight",
    .head_norm = "cls.predictions.transform.LayerNorm.weight",
    .head_bias = "cls.predictions.bias",
};

/* Encoders that are called BERT's for their parts and are none: those of Diffusion-LM and DiffuSeq. */
static bool owns(const json_t *config)
{
    return json_object_get(config, "model_type") && !json_object_get(config, "in_channels") &&
           !json_object_get(config, "hidden_t_dim");
}

static bool describe(const struct checkpoint *checkpoint, struct graph *graph, struct framing *framing,
                     struct lacuna_error *error)
{
    struct config config = config_of(checkpoint, error);
    encoder_describe(&config, graph);
    graph->vocabulary = config_int(&config, "vocab_size", 1, 1 << 24);
    graph->head_bias = graph->head_dense_bias = true;
    graph->names = names;
    if (!checkpoint_find(checkpoint, names.head_bias))
        graph->names.head_bias = "cls.predictions.decoder.bias";
    if (!config_bool_or(&config, "tie_word_embeddings", true))
        graph->names.head = "cls.predictions.decoder.weight";
    framing->context_length = graph->positions;
    framing->spelled.mask = "[MASK]";
    framing->spelled.bos = "[CLS]";
    framing->spelled.eos = "[SEP]";
    framing->spelled.pad = "[PAD]";
    framing->closed = true;
    framing->verified = true;
    framing->proof = "a network in numpy";
    return !config.bad;
}

static const char *const types[] = { "bert", NULL };
const struct family family_bert = {
    .name = "bert", .model_types = types, .owns = owns, .describe = describe
};
