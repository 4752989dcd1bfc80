/* The weights of a graph, found by the family's names and packed. */
#include "model/network/parts.h"

#include <stdio.h>
#include <string.h>

enum { NAME_ROOM = 256 };

struct binding {
    struct denoiser *denoiser;
    struct linear_work *work;
    bool pack, float32;
    int layer;
    struct lacuna_error *error;
};

static void name_for(const char *pattern, int layer, char out[NAME_ROOM])
{
    const char *star = strchr(pattern, '*');
    if (star)
        snprintf(out, NAME_ROOM, "%.*s%d%s", (int)(star - pattern), pattern, layer, star + 1);
    else
        snprintf(out, NAME_ROOM, "%s", pattern);
}

static void pack(const struct binding *binding, struct linear *linear)
{
    bool int8 = linear->weight.scale && !linear->weight.transposed;
    if (int8 && !binding->float32)
        linear_pack_int8(linear, &binding->denoiser->arena, binding->work);
    else if (!binding->float32)
        linear_use_blocks(linear, binding->work);
    if (linear->int8.panels || linear->form)
        binding->denoiser->rounds = true;
    else if (binding->pack)
        linear_pack(linear, &binding->denoiser->arena, binding->work);
}

/* Outputs [first, first + rows) of a matrix of `all` outputs. */
struct part {
    int all, first, rows;
};

static bool bind_bias(const struct binding *binding, struct linear *linear, const char *name,
                      struct part part)
{
    float *bias =
        vector_read(binding->denoiser->checkpoint, name, part.all, &binding->denoiser->arena, binding->error);
    linear->bias = bias ? bias + part.first : NULL;
    return bias;
}

static bool bind_part(const struct binding *binding, struct linear *linear, const char *pattern,
                      struct part part, int cols, bool bias)
{
    char name[NAME_ROOM], bias_name[NAME_ROOM];
    name_for(pattern, binding->layer, name);
    const struct denoiser *denoiser = binding->denoiser;
    bool transposed = denoiser->graph.transposed && strchr(pattern, '*');
    if (!(transposed ? weight_find_transposed : weight_find)(&linear->weight, denoiser->checkpoint, name,
                                                             part.all, cols, binding->error))
        return false;
    linear->weight.first = part.first;
    linear->weight.rows = part.rows;
    name_with(name, "bias", bias_name, sizeof bias_name);
    if (bias && !bind_bias(binding, linear, bias_name, part))
        return false;
    pack(binding, linear);
    return true;
}

static bool bind_linear(const struct binding *binding, struct linear *linear, const char *pattern, int rows,
                        int cols, bool bias)
{
    return bind_part(binding, linear, pattern, (struct part){ rows, 0, rows }, cols, bias);
}

static bool read_vector(const struct binding *binding, const float **vector, const char *name)
{
    *vector = vector_read(binding->denoiser->checkpoint, name, binding->denoiser->graph.width,
                          &binding->denoiser->arena, binding->error);
    return *vector;
}

/* Files that come from TensorFlow call weight and bias of a norm gamma and beta. */
static bool bind_norm(const struct binding *binding, struct norm *norm, const char *pattern)
{
    if (!pattern)
        return true;
    char name[NAME_ROOM], other[NAME_ROOM];
    const struct denoiser *denoiser = binding->denoiser;
    name_for(pattern, binding->layer, name);
    name_with(name, "gamma", other, sizeof other);
    bool old = !checkpoint_find(denoiser->checkpoint, name) && checkpoint_find(denoiser->checkpoint, other);
    if (!read_vector(binding, &norm->weight, old ? other : name))
        return false;
    name_with(name, old ? "beta" : "bias", other, sizeof other);
    return !denoiser->graph.norm_bias || read_vector(binding, &norm->bias, other);
}

/* Query, key or value, which may be stacked in one tensor in this order. */
static bool bind_projection(const struct binding *binding, struct linear *linear, const char *pattern,
                            int first, int rows)
{
    const struct graph *graph = &binding->denoiser->graph;
    bool stacked = graph->names.query == graph->names.key;
    int all = (graph->heads + 2 * graph->kv_heads) * graph->head_width;
    struct part part = stacked ? (struct part){ all, first, rows } : (struct part){ rows, 0, rows };
    return bind_part(binding, linear, pattern, part, graph->width, graph->qkv_bias);
}

/* Gate and up, which may be stacked in one tensor in this order. */
static bool bind_inner(const struct binding *binding, struct layer *layer)
{
    const struct graph *graph = &binding->denoiser->graph;
    const struct names *names = &graph->names;
    int inner = graph->inner, all = names->gate == names->up ? 2 * inner : inner;
    return (!names->gate || bind_part(binding, &layer->gate, names->gate, (struct part){ all, 0, inner },
                                      graph->width, graph->mlp_bias)) &&
           bind_part(binding, &layer->up, names->up, (struct part){ all, all - inner, inner }, graph->width,
                     graph->mlp_bias);
}

static bool bind_layer(const struct binding *binding, struct layer *layer)
{
    const struct graph *graph = &binding->denoiser->graph;
    const struct names *names = &graph->names;
    int width = graph->width, queries = graph->heads * graph->head_width,
        keys = graph->kv_heads * graph->head_width;
    bool bare = graph->bare_first && binding->layer == 0;
    return bind_norm(binding, &layer->attention_norm, bare ? NULL : names->attention_norm) &&
           bind_projection(binding, &layer->query, names->query, 0, queries) &&
           bind_projection(binding, &layer->key, names->key, queries, keys) &&
           bind_projection(binding, &layer->value, names->value, queries + keys, keys) &&
           bind_linear(binding, &layer->output, names->output, width, queries, graph->output_bias) &&
           bind_norm(binding, &layer->mlp_norm, names->mlp_norm) && bind_inner(binding, layer) &&
           bind_linear(binding, &layer->down, names->down, width, graph->inner, graph->mlp_bias) &&
           (!names->modulation ||
            bind_linear(binding, &layer->modulation, names->modulation, 6 * width, graph->time_width, true));
}

/* The table of positions as float32, with the row that every token's type adds. */
static bool bind_positions(const struct binding *binding)
{
    struct denoiser *denoiser = binding->denoiser;
    const struct graph *graph = &denoiser->graph;
    struct weight table;
    if (!graph->positions)
        return true;
    if (!weight_find(&table, denoiser->checkpoint, graph->names.position, graph->positions, graph->width,
                     binding->error))
        return false;
    size_t width = (size_t)graph->width, rows = (size_t)graph->positions;
    float *positions = arena_take(&denoiser->arena, (rows + 1) * width * sizeof *positions);
    weight_read(&table, 0, graph->positions, positions);
    denoiser->position_table = positions;
    if (!graph->names.token_type)
        return true;
    struct weight types;
    if (!weight_find(&types, denoiser->checkpoint, graph->names.token_type, graph->token_types, graph->width,
                     binding->error))
        return false;
    weight_read(&types, 0, 1, positions + rows * width);
    for (size_t i = 0; i < rows; i++)
        denoiser->kernels->add(positions + i * width, positions + rows * width, graph->width);
    return true;
}

static bool bind_time(const struct binding *binding)
{
    struct denoiser *denoiser = binding->denoiser;
    const struct graph *graph = &denoiser->graph;
    const struct names *names = &graph->names;
    if (graph->time == TIME_TABLE)
        return weight_find(&denoiser->time_table, denoiser->checkpoint, names->time_table, graph->time_steps,
                           graph->width, binding->error);
    return graph->time == TIME_NONE ||
           (bind_linear(binding, &denoiser->time_in, names->time_in, graph->time_width,
                        graph_time_features(graph), true) &&
            bind_linear(binding, &denoiser->time_out, names->time_out,
                        graph->time == TIME_ADDED ? graph->width : graph->time_width, graph->time_width,
                        true) &&
            (graph->time == TIME_ADDED ||
             bind_linear(binding, &denoiser->final_modulation, names->final_modulation, 2 * graph->width,
                         graph->time_width, true)));
}

static bool bind_head(const struct binding *binding)
{
    struct denoiser *denoiser = binding->denoiser;
    const struct graph *graph = &denoiser->graph;
    const struct names *names = &graph->names;
    const char *head = names->head ? names->head : names->embedding;
    if (names->head_dense && !bind_linear(binding, &denoiser->head_dense, names->head_dense, graph->width,
                                          graph->width, graph->head_dense_bias))
        return false;
    if (!bind_norm(binding, &denoiser->head_norm, names->head_norm) ||
        !bind_linear(binding, &denoiser->head, head, graph->vocabulary, graph->width,
                     graph->head_bias && !names->head_bias))
        return false;
    struct part all = { graph->vocabulary, 0, graph->vocabulary };
    return !graph->head_bias || !names->head_bias ||
           bind_bias(binding, &denoiser->head, names->head_bias, all);
}

/* Both ends of a network whose rows are vectors. */
static bool bind_vectors(const struct binding *binding)
{
    struct denoiser *denoiser = binding->denoiser;
    const struct graph *graph = &denoiser->graph;
    const struct names *names = &graph->names;
    int width = graph->width;
    return vectors_bind(denoiser, binding->error) &&
           (!names->vector_in[0] ||
            (bind_linear(binding, &denoiser->vector_in[0], names->vector_in[0], width, graph->vector_in,
                         true) &&
             bind_linear(binding, &denoiser->vector_in[1], names->vector_in[1], width, width, true))) &&
           (!names->vector_out[0] ||
            (bind_linear(binding, &denoiser->vector_out[0], names->vector_out[0], width, width, true) &&
             bind_linear(binding, &denoiser->vector_out[1], names->vector_out[1], graph->vector_out, width,
                         true)));
}

static bool bind_tokens(const struct binding *binding)
{
    struct denoiser *denoiser = binding->denoiser;
    const struct graph *graph = &denoiser->graph;
    if (graph->vector_width)
        return bind_vectors(binding);
    return weight_find(&denoiser->embedding, denoiser->checkpoint, graph->names.embedding, graph->vocabulary,
                       graph->width, binding->error) &&
           bind_head(binding);
}

static bool bind_graph(struct binding *binding)
{
    struct denoiser *denoiser = binding->denoiser;
    const struct graph *graph = &denoiser->graph;
    if (!bind_tokens(binding) || !bind_positions(binding) ||
        !bind_norm(binding, &denoiser->embedding_norm, graph->names.embedding_norm) ||
        !bind_norm(binding, &denoiser->final_norm, graph->names.final_norm) || !bind_time(binding))
        return false;
    for (binding->layer = 0; binding->layer < graph->layers; binding->layer++)
        if (!bind_layer(binding, &denoiser->layers[binding->layer]))
            return false;
    return true;
}

bool denoiser_bind(struct denoiser *denoiser, bool pack_floats, bool float32, struct lacuna_error *error)
{
    struct linear_work work;
    linear_work_init(&work, denoiser->engine);
    struct binding binding = { denoiser, &work, pack_floats, float32, 0, error };
    bool bound = bind_graph(&binding);
    linear_work_free(&work);
    return bound;
}
