#include "model/network/parts.h"

#include "model/tensor/floats.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_ROOM = 256 };
static const uint64_t packed_limit = 256u
                                     << 20; /* parameters; a larger model's weights stay as they are mapped */

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
    if (linear->weight.scale && !binding->float32)
        linear_pack_int8(linear, &binding->denoiser->arena, binding->work);
    else if (binding->pack)
        linear_pack(linear, &binding->denoiser->arena, binding->work);
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

static bool bind_layer(const struct binding *binding, struct layer *layer)
{
    const struct graph *graph = &binding->denoiser->graph;
    const struct names *names = &graph->names;
    int width = graph->width, queries = graph->heads * graph->head_width,
        keys = graph->kv_heads * graph->head_width;
    return bind_vector(binding, &layer->attention_norm, names->attention_norm) &&
           bind_linear(binding, &layer->query, names->query, queries, width, graph->qkv_bias) &&
           bind_linear(binding, &layer->key, names->key, keys, width, graph->qkv_bias) &&
           bind_linear(binding, &layer->value, names->value, keys, width, graph->qkv_bias) &&
           bind_linear(binding, &layer->output, names->output, width, queries, graph->output_bias) &&
           bind_vector(binding, &layer->mlp_norm, names->mlp_norm) &&
           (!names->gate ||
            bind_linear(binding, &layer->gate, names->gate, graph->inner, width, graph->mlp_bias)) &&
           bind_linear(binding, &layer->up, names->up, graph->inner, width, graph->mlp_bias) &&
           bind_linear(binding, &layer->down, names->down, width, graph->inner, graph->mlp_bias);
}

static bool bind_all(struct binding *binding)
{
    struct denoiser *denoiser = binding->denoiser;
    const struct graph *graph = &denoiser->graph;
    if (!weight_find(&denoiser->embedding, denoiser->checkpoint, graph->names.embedding, graph->vocabulary,
                     graph->width, binding->error) ||
        !bind_vector(binding, &denoiser->final_norm, graph->names.final_norm) ||
        !bind_linear(binding, &denoiser->head, graph->names.head ? graph->names.head : graph->names.embedding,
                     graph->vocabulary, graph->width, graph->head_bias))
        return false;
    for (binding->layer = 0; binding->layer < graph->layers; binding->layer++)
        if (!bind_layer(binding, &denoiser->layers[binding->layer]))
            return false;
    return true;
}

static bool check_graph(const struct checkpoint *checkpoint, const struct graph *graph,
                        struct lacuna_error *error)
{
    if (graph->heads % graph->kv_heads != 0)
        return fail(error, LACUNA_MODEL, "%s: %d heads cannot share %d key/value heads evenly",
                    checkpoint_path(checkpoint), graph->heads, graph->kv_heads);
    if (graph->rope_base > 0 && graph->head_width % 2 != 0)
        return fail(error, LACUNA_MODEL, "%s: a head's width of %d is odd, so it cannot be rotated in pairs",
                    checkpoint_path(checkpoint), graph->head_width);
    if ((size_t)graph->layers > checkpoint_count(checkpoint))
        return fail(error, LACUNA_MODEL, "%s: %d layers are promised, but there are only %zu tensors",
                    checkpoint_path(checkpoint), graph->layers, checkpoint_count(checkpoint));
    return true;
}

static uint64_t count_parameters(const struct checkpoint *checkpoint)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < checkpoint_count(checkpoint); i++)
        sum += (uint64_t)tensor_elements(checkpoint_at(checkpoint, i));
    return sum;
}

static float *frequencies_of(const struct graph *graph)
{
    int half = graph->head_width / 2;
    float *frequencies = floats_new((size_t)half);
    for (int i = 0; i < half; i++)
        frequencies[i] = (float)pow(graph->rope_base, -2.0 * i / graph->head_width);
    return frequencies;
}

static struct denoiser *open_as(const struct checkpoint *checkpoint, struct engine *engine, bool float32,
                                struct lacuna_error *error)
{
    const struct family *family = family_find(checkpoint, error);
    if (!family)
        return NULL;
    struct graph graph = { 0 };
    struct framing framing = {
        .architecture = family->name, .mask = -1, .null = -1, .none = -1, .bos = -1, .eos = -1, .pad = -1
    };
    if (!family->describe(checkpoint, &graph, &framing, error) || !check_graph(checkpoint, &graph, error))
        return NULL;
    framing.vocabulary = graph.vocabulary;
    framing.context_apart = graph.sight == SIGHT_CONTEXT_APART;
    framing.causal = graph.sight == SIGHT_CAUSAL;
    framing.parameters = count_parameters(checkpoint);
    struct denoiser *denoiser = aligned_new(sizeof *denoiser);
    *denoiser = (struct denoiser){ .checkpoint = checkpoint,
                                   .engine = engine,
                                   .kernels = engine_kernels(engine),
                                   .graph = graph,
                                   .framing = framing };
    denoiser->layers = aligned_new((size_t)graph.layers * sizeof *denoiser->layers);
    denoiser->frequencies = graph.rope_base > 0 ? frequencies_of(&graph) : NULL;
    struct linear_work work;
    linear_work_init(&work, engine);
    struct binding binding = { denoiser, &work, framing.parameters <= packed_limit, float32, 0, error };
    bool bound = bind_all(&binding);
    linear_work_free(&work);
    if (!bound) {
        fail_in(error, "%s", checkpoint_path(checkpoint));
        denoiser_close(denoiser);
        return NULL;
    }
    return denoiser;
}

struct denoiser *denoiser_open(const struct checkpoint *checkpoint, struct engine *engine,
                               struct lacuna_error *error)
{
    return open_as(checkpoint, engine, false, error);
}

struct denoiser *denoiser_open_float32(const struct checkpoint *checkpoint, struct engine *engine,
                                       struct lacuna_error *error)
{
    return open_as(checkpoint, engine, true, error);
}

void denoiser_close(struct denoiser *denoiser)
{
    if (!denoiser)
        return;
    arena_free(&denoiser->arena);
    free(denoiser->layers);
    free(denoiser->frequencies);
    free(denoiser);
}

const struct framing *denoiser_framing(const struct denoiser *denoiser)
{
    return &denoiser->framing;
}

int denoiser_width(const struct denoiser *denoiser)
{
    return denoiser->graph.width;
}
