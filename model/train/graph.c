#include "model/train/graph_parts.h"

#include "model/tensor/engine.h"
#include "model/train/vector.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64 };

/* Hands out pieces of one block: with base NULL it only counts. */
struct cutter {
    char *base;
    size_t used;
};

static void *cut(struct cutter *cutter, size_t count, size_t item)
{
    void *piece = cutter->base ? cutter->base + cutter->used : NULL;
    cutter->used += (count * item + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return piece;
}

static float *floats(struct cutter *cutter, size_t rows, int cols)
{
    return cut(cutter, rows * (size_t)cols, sizeof(float));
}

static void cut_layer(struct graph *g, struct layer_tape *layer, struct cutter *c)
{
    const struct shape *s = &g->parameters->shape;
    size_t places = (size_t)g->limits.places, squares = places * (size_t)g->limits.row_places;
    layer->x = floats(c, places, s->width);
    layer->attention_inverse = floats(c, places, 1);
    layer->attention_normed = floats(c, places, s->width);
    layer->qkv = floats(c, places, 3 * s->width);
    layer->squares = floats(c, squares, s->heads);
    layer->mixed = floats(c, places, s->width);
    layer->middle = floats(c, places, s->width);
    layer->inner_inverse = floats(c, places, 1);
    layer->inner_normed = floats(c, places, s->width);
    layer->both = floats(c, places, 2 * s->inner);
    layer->hidden = floats(c, places, s->inner);
    layer->d_middle = floats(c, places, s->width);
    layer->d_out = floats(c, places, s->width);
    layer->d_attended = g->limits.dropout ? floats(c, places, s->width) : layer->d_middle;
    layer->d_fed = g->limits.dropout ? floats(c, places, s->width) : layer->d_out;
}

static void cut_all(struct graph *g, struct cutter *c)
{
    const struct shape *s = &g->parameters->shape;
    size_t places = (size_t)g->limits.places, tiles = places / TILE_PLACES + 1;
    for (int n = 0; n < s->layers; n++)
        cut_layer(g, &g->layers[n], c);
    g->last = floats(c, places, s->width);
    g->last_inverse = floats(c, places, 1);
    g->last_normed = floats(c, places, s->width);
    g->d_first = floats(c, places, s->width);
    g->d_embedded = g->limits.dropout ? floats(c, places, s->width) : g->d_first;
    g->d_normed = floats(c, places, s->width);
    g->d_mixed = floats(c, places, s->width);
    g->d_hidden = floats(c, places, s->inner);
    g->d_squares = floats(c, places, g->limits.row_places);
    g->d_head = floats(c, places, 3 * (s->width / s->heads));
    g->cosine = floats(c, (size_t)g->limits.positions, s->width / s->heads / 2);
    g->sine = floats(c, (size_t)g->limits.positions, s->width / s->heads / 2);
    g->masks = floats(c, 3 * places, 1);
    g->head_rows = floats(c, HEAD_ROWS, s->width);
    g->d_head_rows = floats(c, HEAD_ROWS, s->width);
    g->logits = floats(c, HEAD_ROWS, s->vocabulary);
    g->score_room = floats(c, HEAD_ROWS / HEAD_TILE, 3 * s->vocabulary);
    g->gain_parts = floats(c, tiles, (2 * s->layers + 1) * s->width);
    g->square_start = cut(c, places + 1, sizeof *g->square_start);
    g->tile_row = cut(c, places + 1, sizeof *g->tile_row);
    g->head_losses = cut(c, HEAD_ROWS, sizeof *g->head_losses);
}

/* RoPE (Su et al. 2021) with base 10000. */
static void fill_angles(struct graph *g)
{
    int half = g->parameters->shape.width / g->parameters->shape.heads / 2;
    for (int position = 0; position < g->limits.positions; position++)
        for (int i = 0; i < half; i++) {
            float angle = (float)position * powf(10000.0f, -(float)i / (float)half);
            g->cosine[(size_t)position * (size_t)half + (size_t)i] = cosf(angle);
            g->sine[(size_t)position * (size_t)half + (size_t)i] = sinf(angle);
        }
}

struct graph *graph_new(const struct parameters *parameters, struct engine *engine,
                        const struct products *products, struct graph_limits limits,
                        struct lacuna_error *error)
{
    struct graph *g = calloc(1, sizeof *g);
    struct layer_tape *layers = calloc((size_t)parameters->shape.layers, sizeof *layers);
    struct cutter cutter = { 0 };
    if (g && layers) {
        *g = (struct graph){ .parameters = parameters,
                             .engine = engine,
                             .products = products,
                             .limits = limits,
                             .layers = layers };
        cut_all(g, &cutter);
        g->memory = aligned_alloc(ALIGNMENT, cutter.used);
    }
    if (!g || !g->memory) {
        free(layers);
        free(g);
        fail(error, LACUNA_MODEL, "out of memory (%zu MiB): take fewer positions in a part or shorter rows",
             cutter.used >> 20);
        return NULL;
    }
    cutter = (struct cutter){ .base = g->memory };
    cut_all(g, &cutter);
    fill_angles(g);
    return g;
}

void graph_free(struct graph *graph)
{
    if (!graph)
        return;
    free(graph->layers);
    free(graph->memory);
    free(graph);
}

struct tile graph_tile(const struct graph *g, int tile)
{
    struct tile t = { .row = g->tile_row[tile], .row_end = g->tile_row[tile + 1] };
    t.first = g->batch->start[t.row];
    t.count = g->batch->start[t.row_end] - t.first;
    return t;
}

static void lay_out(struct graph *g, const struct batch *batch)
{
    size_t squares = 0;
    int tiles = 0, reached = 0;
    g->tile_row[0] = 0;
    for (int row = 0; row < batch->row_count; row++) {
        size_t length = (size_t)(batch->start[row + 1] - batch->start[row]);
        g->square_start[row] = squares;
        squares += length * length;
        reached += (int)length;
        if (reached >= TILE_PLACES || row + 1 == batch->row_count) {
            g->tile_row[++tiles] = row + 1;
            reached = 0;
        }
    }
    g->tiles = tiles;
    for (int i = 0; i < batch->count; i++) {
        enum kind kind = batch->kinds[i];
        g->masks[i] = kind == KIND_CONTEXT ? 0.0f : -INFINITY;
        g->masks[g->limits.places + i] = kind == KIND_BESIDE ? -INFINITY : 0.0f;
        g->masks[2 * g->limits.places + i] = kind == KIND_CONTEXT || kind == KIND_BESIDE ? 0.0f : -INFINITY;
    }
}

static void forward_tile(void *user, int tile)
{
    graph_forward_tile(user, tile);
}

static void backward_tile(void *user, int tile)
{
    graph_backward_tile(user, tile);
}

double graph_run(struct graph *g, const struct batch *batch, const struct pass *pass)
{
    g->batch = batch;
    g->pass = pass;
    lay_out(g, batch);
    engine_parallel(g->engine, g->tiles, forward_tile, g);
    double loss =
        pass->ends ? pass->ends->leave(pass->ends->user, g->last_normed, pass->gradient ? g->d_normed : NULL)
                   : graph_head(g);
    if (pass->gradient) {
        engine_parallel(g->engine, g->tiles, backward_tile, g);
        graph_weight_gradients(g);
    }
    return loss;
}

static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Each byte of a hash of (seed, site, place) decides over one value: chances are multiples of 1/256. */
void graph_drop(const struct graph *g, const float *x, float *out, int site, int first, int count)
{
    int width = g->parameters->shape.width, threshold = (int)(g->pass->dropout * 256.0f + 0.5f);
    float factor = 256.0f / (float)(256 - threshold);
    uint64_t key = mix(g->pass->seed ^ ((uint64_t)site << 48));
    for (int r = 0; r < count; r++) {
        uint64_t row = mix(key + (uint64_t)(first + r)), bits = 0;
        for (int i = 0; i < width; i++, bits >>= 8) {
            if (i % 8 == 0)
                bits = mix(row + 0x9e3779b97f4a7c15u * (uint64_t)(i + 1));
            size_t at = (size_t)r * (size_t)width + (size_t)i;
            out[at] = (int)(bits & 255) < threshold ? 0.0f : x[at] * factor;
        }
    }
}
