#include "model/network/parts.h"

#include "model/base/memory.h"
#include "model/tensor/floats.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Parameters; the weights of a larger model stay as they are mapped. */
static const uint64_t packed_limit = (uint64_t)256 << 20;
/* Bytes beside the weights: keys and values, logits, the tokenizer. */
static const uint64_t work_memory = (uint64_t)256 << 20;

static bool check_graph(const struct checkpoint *checkpoint, const struct graph *graph,
                        struct lacuna_error *error)
{
    if (graph->heads % graph->kv_heads != 0)
        return fail(error, LACUNA_MODEL, "%s: %d heads cannot share %d key/value heads evenly",
                    checkpoint_path(checkpoint), graph->heads, graph->kv_heads);
    if (graph->head_width < 1)
        return fail(error, LACUNA_MODEL, "%s: a width of %d is too little for %d heads",
                    checkpoint_path(checkpoint), graph->width, graph->heads);
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

/* Weights that are repacked as float32 need 4 bytes each, others lie in the file as they are. */
static bool check_memory(const struct checkpoint *checkpoint, uint64_t parameters, struct lacuna_error *error)
{
    uint64_t need = parameters > packed_limit ? work_memory : 0, have = memory_available();
    for (size_t i = 0; i < checkpoint_count(checkpoint); i++)
        need += checkpoint_at(checkpoint, i)->size;
    if (parameters <= packed_limit)
        need += parameters * sizeof(float);
    if (need <= have)
        return true;
    return fail(error, LACUNA_MODEL,
                "%s: a model of %" PRIu64 " million parameters needs %" PRIu64 " MB of memory, and %" PRIu64
                " MB are available; take a smaller or more strongly quantised one",
                checkpoint_path(checkpoint), parameters / 1000000, need >> 20, have >> 20);
}

/* NULL where the base is 0. */
static float *frequencies_of(float base, int head_width)
{
    if (!(base > 0))
        return NULL;
    int half = head_width / 2;
    float *frequencies = floats_new((size_t)half);
    for (int i = 0; i < half; i++)
        frequencies[i] = (float)pow(base, -2.0 * i / head_width);
    return frequencies;
}

static struct denoiser *open_as(const struct checkpoint *checkpoint, struct engine *engine, bool float32,
                                struct lacuna_error *error)
{
    const struct family *family = family_find(checkpoint, error);
    if (!family)
        return NULL;
    struct graph graph = { 0 };
    struct framing framing = { .architecture = family->name,
                               .mask = -1,
                               .null = -1,
                               .none = -1,
                               .bos = -1,
                               .eos = -1,
                               .pad = -1,
                               .expand = -1,
                               .remove = -1,
                               .process = "absorbing",
                               .schedule = "linear",
                               .prediction = "logits" };
    if (!family->describe(checkpoint, &graph, &framing, error) || !check_graph(checkpoint, &graph, error))
        return NULL;
    uint64_t parameters = count_parameters(checkpoint);
    if (!check_memory(checkpoint, parameters, error))
        return NULL;
    framing.vocabulary = graph.vocabulary;
    framing.context_apart = graph.sight == SIGHT_CONTEXT_APART;
    framing.causal = graph.sight == SIGHT_CAUSAL;
    framing.parameters = parameters;
    struct denoiser *denoiser = aligned_new(sizeof *denoiser);
    *denoiser = (struct denoiser){ .checkpoint = checkpoint,
                                   .engine = engine,
                                   .kernels = engine_kernels(engine),
                                   .graph = graph,
                                   .framing = framing };
    denoiser->layers = aligned_new((size_t)graph.layers * sizeof *denoiser->layers);
    denoiser->frequencies[0] = frequencies_of(graph.rope_base, graph.head_width);
    denoiser->frequencies[1] = frequencies_of(graph.window_rope_base, graph.head_width);
    if (!denoiser_bind(denoiser, framing.parameters <= packed_limit, float32, error)) {
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

bool denoiser_rounds(const struct denoiser *denoiser)
{
    return denoiser->rounds;
}

void denoiser_close(struct denoiser *denoiser)
{
    if (!denoiser)
        return;
    rounding_free(&denoiser->rounding);
    arena_free(&denoiser->arena);
    free(denoiser->layers);
    free(denoiser->frequencies[0]);
    free(denoiser->frequencies[1]);
    free(denoiser);
}

const struct framing *denoiser_framing(const struct denoiser *denoiser)
{
    return &denoiser->framing;
}

void denoiser_name_tokens(struct denoiser *denoiser, int32_t (*find)(const void *user, const char *spelling),
                          const void *user)
{
    struct framing *framing = &denoiser->framing;
    const char *const spellings[] = { framing->spelled.mask, framing->spelled.bos, framing->spelled.eos,
                                      framing->spelled.pad, framing->spelled.expand };
    int32_t *tokens[] = { &framing->mask, &framing->bos, &framing->eos, &framing->pad, &framing->expand };
    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++) {
        int32_t token = spellings[i] && *tokens[i] < 0 ? find(user, spellings[i]) : -1;
        if (token >= 0 && token < framing->vocabulary)
            *tokens[i] = token;
    }
    if (framing->expand < 0)
        return;
    framing->remove = framing->remove < 0 ? framing->eos : framing->remove;
    framing->closed = true;
}

const struct rounding *denoiser_rounding(const struct denoiser *denoiser)
{
    return denoiser->graph.vector_width ? &denoiser->rounding : NULL;
}

int denoiser_width(const struct denoiser *denoiser)
{
    return denoiser->graph.width;
}
