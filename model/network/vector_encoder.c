#include "model/network/vector_encoder.h"

#include "model/network/encoder.h"

#include <string.h>

static const struct names names = {
    .embedding = "word_embedding.weight",
    .vector_bias = "lm_head.bias",
    .vector_in = { "input_up_proj.0.weight", "input_up_proj.2.weight" },
    .vector_out = { "output_down_proj.0.weight", "output_down_proj.2.weight" },
    .position = "position_embeddings.weight",
    .embedding_norm = "LayerNorm.weight",
    .time_in = "time_embed.0.weight",
    .time_out = "time_embed.2.weight",
    .attention_norm = "input_transformers.layer.*.attention.output.LayerNorm.weight",
    .query = "input_transformers.layer.*.attention.self.query.weight",
    .key = "input_transformers.layer.*.attention.self.key.weight",
    .value = "input_transformers.layer.*.attention.self.value.weight",
    .output = "input_transformers.layer.*.attention.output.dense.weight",
    .mlp_norm = "input_transformers.layer.*.output.LayerNorm.weight",
    .up = "input_transformers.layer.*.intermediate.dense.weight",
    .down = "input_transformers.layer.*.output.dense.weight",
};

void vector_encoder_names(struct names *into)
{
    into->embedding = names.embedding;
    into->vector_bias = names.vector_bias;
    memcpy(into->vector_in, names.vector_in, sizeof into->vector_in);
    memcpy(into->vector_out, names.vector_out, sizeof into->vector_out);
    into->time_in = names.time_in;
    into->time_out = names.time_out;
}

const json_t *vector_encoder_arguments(const json_t *config)
{
    return json_object_get(config, "training_args");
}

/* The configuration, and where it says nothing of the encoder that of bert-base, which the originals call by
 * its name. */
static json_t *whole_config(const json_t *values)
{
    json_t *whole = json_copy((json_t *)values);
    if (json_object_get(whole, "hidden_size"))
        return whole;
    json_t *base =
        json_pack("{s:i, s:i, s:i, s:i, s:i}", "hidden_size", 768, "num_hidden_layers", 12,
                  "num_attention_heads", 12, "intermediate_size", 3072, "max_position_embeddings", 512);
    json_object_update_missing(whole, base);
    json_decref(base);
    return whole;
}

/* A whole number of the configuration, or of the arguments where the configuration has none. */
static int either(struct config *config, struct config *arguments, const char *key, const char *argument,
                  int high)
{
    return json_object_get(config->values, key) ? config_int(config, key, 1, high)
                                                : config_int(arguments, argument, 1, high);
}

static void describe_process(struct config *arguments, struct vector_framing *vectors)
{
    vectors->noise = config_text_or(arguments, "noise_schedule", "sqrt");
    vectors->steps = config_int_or(arguments, "diffusion_steps", 1, 1 << 20, 2000);
    vectors->rescaled = config_bool_or(arguments, "rescale_timesteps", true);
    vectors->predicts_noise = !config_bool_or(arguments, "predict_xstart", true);
    vectors->learned_variance = config_bool_or(arguments, "learn_sigma", false);
    vectors->small_variance = config_bool_or(arguments, "sigma_small", false);
    vectors->self_conditioned = config_bool_or(arguments, "self_conditioning", false);
}

static void describe_vectors(struct config *config, struct config *arguments,
                             const struct vector_encoder_keys *keys, struct graph *graph,
                             struct framing *framing)
{
    struct vector_framing *vectors = &framing->vectors;
    describe_process(arguments, vectors);
    vectors->width = graph->vector_width = either(config, arguments, keys->width, keys->width_arg, 1 << 14);
    graph->vector_in = vectors->width * (vectors->self_conditioned ? 2 : 1);
    graph->vector_out = vectors->width * (vectors->learned_variance ? 2 : 1);
    graph->time = TIME_ADDED;
    graph->time_features = either(config, arguments, keys->time, keys->time_arg, 1 << 14);
    graph->time_width = 4 * graph->time_features;
    graph->vocabulary = either(config, arguments, "vocab_size", "vocab_size", 1 << 24);
    graph->by_distance =
        config_int_or(config, "logits_mode", 1, 2, config_int_or(arguments, "logits_mode", 1, 2, 1)) == 2;
    framing->context_length = config_int_or(arguments, "seq_len", 1, graph->positions, graph->positions);
}

bool vector_encoder_describe(const struct checkpoint *checkpoint, const struct vector_encoder_keys *keys,
                             struct graph *graph, struct framing *framing, struct lacuna_error *error)
{
    struct config config = config_of(checkpoint, error), arguments = config;
    json_t *whole = whole_config(config.values);
    config.values = whole;
    arguments.values = vector_encoder_arguments(checkpoint_config(checkpoint));
    encoder_describe(&config, graph);
    graph->token_types = 0;
    graph->names = names;
    if (!config.bad)
        describe_vectors(&config, &arguments, keys, graph, framing);
    if (!config.bad && !arguments.bad && graph->vector_in == graph->width &&
        !checkpoint_find(checkpoint, names.vector_in[0]))
        graph->names.vector_in[0] = graph->names.vector_out[0] = NULL;
    framing->pad = config_token(&config, "pad_token_id", graph->vocabulary);
    framing->process = "gaussian";
    framing->time = TIME_KIND_PROCESS;
    framing->closed = framing->padded = true;
    framing->verified = true;
    json_decref(whole);
    return !config.bad && !arguments.bad;
}
