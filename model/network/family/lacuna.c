/* The default model: LLaMA's names and parts, holes in a context that does not look at them. */
#include "model/network/codes.h"
#include "model/network/config.h"
#include "model/network/family.h"
#include "model/network/vector_encoder.h"

#include <string.h>

static enum sight sight_of(struct config *config)
{
    const char *attention = config_text_or(config, "attention", "context_apart");
    if (strcmp(attention, "context_apart") == 0)
        return SIGHT_CONTEXT_APART;
    if (strcmp(attention, "causal") == 0)
        return SIGHT_CAUSAL;
    if (strcmp(attention, "full") != 0)
        config_refuse(config, "attention", "context_apart, full or causal");
    return SIGHT_ALL;
}

static const struct names names = {
    .embedding = "model.embed_tokens.weight",
    .final_norm = "model.norm.weight",
    .attention_norm = "model.layers.*.input_layernorm.weight",
    .query = "model.layers.*.self_attn.q_proj.weight",
    .key = "model.layers.*.self_attn.k_proj.weight",
    .value = "model.layers.*.self_attn.v_proj.weight",
    .output = "model.layers.*.self_attn.o_proj.weight",
    .mlp_norm = "model.layers.*.post_attention_layernorm.weight",
    .gate = "model.layers.*.mlp.gate_proj.weight",
    .up = "model.layers.*.mlp.up_proj.weight",
    .down = "model.layers.*.mlp.down_proj.weight",
};

/* Vectors in place of tokens, between Diffusion-LM's projections: learnt ones, or bits of the tokens'
 * numbers, whose time is continuous. */
static void describe_vectors(struct config *config, struct graph *graph, struct framing *framing, bool bits)
{
    struct vector_framing *vectors = &framing->vectors;
    vectors->width = graph->vector_width = config_int(config, "vector_width", 1, 1 << 12);
    vectors->self_conditioned = config_bool_or(config, "self_conditioning", false);
    vectors->noise = config_text_or(config, "noise_schedule", bits ? "cosine" : "sqrt");
    vectors->rescaled = true;
    vectors->predicts_noise = !config_bool_or(config, "predict_xstart", true);
    graph->vector_in = vectors->width * (vectors->self_conditioned ? 2 : 1);
    graph->vector_out = vectors->width;
    graph->time = TIME_ADDED;
    graph->time_features = config_int(config, "time_features", 2, 1 << 14);
    graph->time_width = 4 * graph->time_features;
    vector_encoder_names(&graph->names);
    if (bits) {
        vectors->scale = graph->code_scale = (float)config_number_or(config, "bit_scale", 1);
        graph->names.embedding = graph->names.vector_bias = NULL;
        if (!(vectors->scale > 0) || vectors->width != bits_needed(graph->vocabulary))
            config_refuse(config, "vector_width", "the bits of vocab_size, and bit_scale above 0");
    } else {
        vectors->steps = config_int(config, "diffusion_steps", 1, 1 << 20);
    }
    framing->process = bits ? "analog_bits" : "gaussian";
    framing->time = TIME_KIND_PROCESS;
}

/* A model of log scores says so, with the noise it was trained on and its levels of time. */
static void read_noise(struct config *config, struct graph *graph, struct framing *framing)
{
    static const char *const processes[] = { "absorbing", "uniform", NULL },
                             *const schedules[] = { "linear", "log_linear", "geometric", NULL },
                             *const predictions[] = { "logits", "score", "scaled_score", NULL };
    framing->process = config_name(config, "process", processes);
    framing->schedule = config_name(config, "noise_schedule", schedules);
    framing->prediction = config_name(config, "prediction", predictions);
    framing->time_levels = config_int_or(config, "time_levels", 0, 1 << 16, 0);
    if (!framing->time_levels)
        return;
    framing->time = TIME_KIND_LEVEL;
    graph->time = TIME_TABLE;
    graph->time_steps = framing->time_levels;
    graph->names.time_table = "model.embed_time.weight";
    if (graph->sight == SIGHT_CONTEXT_APART)
        config_refuse(config, "attention", "full where there are time_levels");
    if (strcmp(framing->process, "uniform") == 0)
        framing->mask = -1;
}

static bool describe(const struct checkpoint *checkpoint, struct graph *graph, struct framing *framing,
                     struct lacuna_error *error)
{
    struct config config = config_of(checkpoint, error);
    int heads = config_int(&config, "num_attention_heads", 1, 1024);
    graph->width = config_int(&config, "hidden_size", 1, 1 << 16);
    graph->layers = config_int(&config, "num_hidden_layers", 1, 1024);
    graph->heads = heads;
    graph->kv_heads = config_int_or(&config, "num_key_value_heads", 1, heads, heads);
    graph->head_width = config_int_or(&config, "head_dim", 2, 1 << 12, graph->width / heads);
    graph->inner = config_int(&config, "intermediate_size", 1, 1 << 20);
    graph->vocabulary = config_int(&config, "vocab_size", 1, 1 << 24);
    graph->norm = NORM_RMS;
    graph->norm_epsilon = (float)config_number_or(&config, "rms_norm_eps", 1e-5);
    graph->activation = LINEAR_SILU;
    graph->sight = sight_of(&config);
    graph->rope_base = (float)config_number_or(&config, "rope_theta", 10000);
    graph->names = names;
    if (!config_bool_or(&config, "tie_word_embeddings", true))
        graph->names.head = "lm_head.weight";
    framing->context_length = config_int(&config, "max_position_embeddings", 1, 1 << 24);
    framing->mask = config_token(&config, "mask_token_id", graph->vocabulary);
    framing->null = config_token(&config, "null_token_id", graph->vocabulary);
    framing->none = config_token(&config, "none_token_id", graph->vocabulary);
    framing->bos = config_token(&config, "bos_token_id", graph->vocabulary);
    framing->eos = config_token(&config, "eos_token_id", graph->vocabulary);
    framing->pad = config_token(&config, "pad_token_id", graph->vocabulary);
    framing->attribute_slots = config_int_or(&config, "attribute_slots", 0, 64, 0);
    framing->target_position = config_int_or(&config, "target_position", 0, framing->context_length - 1, 0);
    const char *process = config_text_or(&config, "process", "absorbing");
    bool bits = strcmp(process, "analog_bits") == 0, vectors = bits || strcmp(process, "gaussian") == 0;
    framing->closed = framing->padded = config_bool_or(&config, "lines", vectors);
    if (vectors)
        describe_vectors(&config, graph, framing, bits);
    else
        read_noise(&config, graph, framing);
    framing->verified = !vectors && !framing->time_levels;
    framing->proof = "a network in plain C";
    return !config.bad;
}

static const char *const types[] = { "lacuna", NULL };
const struct family family_lacuna = { .name = "lacuna", .model_types = types, .describe = describe };
