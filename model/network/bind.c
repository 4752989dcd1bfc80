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
    if (linear->weight.scale && !binding->float32)
        linear_pack_int8(linear, &binding->denoiser->arena, binding->work);
    else if (binding->pack)
        linear_pack(linear, &binding->denoiser->arena, binding->work);
}

static bool bind_linear(const struct binding *binding, struct linear *linear, const char *pattern, int rows,
                        int cols, bool bias)
{
    char name[NAME_ROOM], bias_name[NAME_ROOM];
    name_for(pattern, binding->layer, name);
    const struct denoiser *denoiser = binding->denoiser;
    if (!weight_find(&linear->weight, denoiser->checkpoint, name, rows, cols, binding->error))
        return false;
    if (bias) {
        name_with(name, "bias", bias_name, sizeof bias_name);
        linear->bias =
            vector_read(denoiser->checkpoint, bias_name, rows, &binding->denoiser->arena, binding->error);
        if (!linear->bias)
            return false;
    }
    pack(binding, linear);
    return true;
}

static bool bind_vector(const struct binding *binding, float **vector, const char *pattern)
{
    if (!pattern)
        return true;
    char name[NAME_ROOM];
    name_for(pattern, binding->layer, name);
    *vector = vector_read(binding->denoiser->checkpoint, name, binding->denoiser->graph.width,
                          &binding->denoiser->arena, binding->error);
    return *vector;
}

/* Rows [first, first + rows) of a tensor that stacks query, key and value, where they are one; else the whole
 * tensor. */
static bool bind_projection(const struct binding *binding, struct linear *linear, const char *pattern,
                            int first, int rows)
{
    const struct graph *graph = &binding->denoiser->graph;
    if (graph->names.query != graph->names.key)
        return bind_linear(binding, linear, pattern, rows, graph->width, graph->qkv_bias);
    char name[NAME_ROOM];
    name_for(pattern, binding->layer, name);
    int all = (graph->heads + 2 * graph->kv_heads) * graph->head_width;
    if (!weight_find(&linear->weight, binding->denoiser->checkpoint, name, all, graph->width, binding->error))
        return false;
    linear->weight.first = first;
    linear->weight.rows = rows;
    pack(binding, linear);
    return true;
}

static bool bind_layer(const struct binding *binding, struct layer *layer)
{
    const struct graph *graph = &binding->denoiser->graph;
    const struct names *names = &graph->names;
    int width = graph->width, queries = graph->heads * graph->head_width,
        keys = graph->kv_heads * graph->head_width;
    return bind_vector(binding, &layer->attention_norm, names->attention_norm) &&
           bind_projection(binding, &layer->query, names->query, 0, queries) &&
           bind_projection(binding, &layer->key, names->key, queries, keys) &&
           bind_projection(binding, &layer->value, names->value, queries + keys, keys) &&
           bind_linear(binding, &layer->output, names->output, width, queries, graph->output_bias) &&
           bind_vector(binding, &layer->mlp_norm, names->mlp_norm) &&
           (!names->gate ||
            bind_linear(binding, &layer->gate, names->gate, graph->inner, width, graph->mlp_bias)) &&
           bind_linear(binding, &layer->up, names->up, graph->inner, width, graph->mlp_bias) &&
           bind_linear(binding, &layer->down, names->down, width, graph->inner, graph->mlp_bias) &&
           (!names->modulation ||
            bind_linear(binding, &layer->modulation, names->modulation, 6 * width, graph->time_width, true));
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
           (bind_linear(binding, &denoiser->time_in, names->time_in, graph->time_width, TIME_FEATURES,
                        true) &&
            bind_linear(binding, &denoiser->time_out, names->time_out, graph->time_width, graph->time_width,
                        true) &&
            bind_linear(binding, &denoiser->final_modulation, names->final_modulation, 2 * graph->width,
                        graph->time_width, true));
}

static bool bind_graph(struct binding *binding)
{
    struct denoiser *denoiser = binding->denoiser;
    const struct graph *graph = &denoiser->graph;
    if (!weight_find(&denoiser->embedding, denoiser->checkpoint, graph->names.embedding, graph->vocabulary,
                     graph->width, binding->error) ||
        !bind_vector(binding, &denoiser->final_norm, graph->names.final_norm) ||
        !bind_linear(binding, &denoiser->head, graph->names.head ? graph->names.head : graph->names.embedding,
                     graph->vocabulary, graph->width, graph->head_bias))
        return false;
    if (!bind_time(binding))
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
