#include "model/network/parts.h"

#include <string.h>

enum { NORM_ROWS = 16, ALONE_ROWS = 32 }; /* rows of a tile; so few that waking a thread does not pay */

struct key_block pass_keys(const struct pass *pass, const struct sequence *sequence, int layer)
{
    const struct denoiser_session *session = pass->session;
    if (pass->fill_context)
        return context_keys(session, layer);
    const struct graph *graph = &session->denoiser->graph;
    size_t first = (size_t)sequence->padded_first * (size_t)graph->kv_heads;
    return (struct key_block){ session->keys + first * (size_t)graph->head_width,
                               session->values + first * (size_t)value_width(graph),
                               (sequence->keys + PANEL - 1) / PANEL * PANEL };
}

struct key_block context_keys(const struct denoiser_session *session, int layer)
{
    const struct context_cache *context = &session->context;
    const struct graph *graph = &session->denoiser->graph;
    size_t first = (size_t)layer * (size_t)context->padded * (size_t)graph->kv_heads;
    return (struct key_block){ context->keys + first * (size_t)graph->head_width,
                               context->values + first * (size_t)value_width(graph), context->padded };
}

/* Either may be NULL. */
struct norm_weights {
    const float *weight, *bias;
};

struct norm_job {
    const struct denoiser *denoiser;
    struct norm_weights weights;
    const float *x;
    float *out;
    int rows;
};

static void norm_tile(void *user, int tile)
{
    const struct norm_job *job = user;
    const struct graph *graph = &job->denoiser->graph;
    size_t width = (size_t)graph->width;
    for (int row = tile * NORM_ROWS; row < job->rows && row < (tile + 1) * NORM_ROWS; row++) {
        const float *x = job->x + (size_t)row * width;
        float *out = job->out + (size_t)row * width;
        if (graph->norm == NORM_RMS)
            job->denoiser->kernels->rms_norm(x, job->weights.weight, out, graph->width, graph->norm_epsilon);
        else
            job->denoiser->kernels->layer_norm(x, job->weights.weight, job->weights.bias, out, graph->width,
                                               graph->norm_epsilon);
    }
}

static void norm(const struct denoiser *denoiser, const float *x, struct norm_weights weights, float *out,
                 int rows)
{
    struct norm_job job = { denoiser, weights, x, out, rows };
    int tiles = (rows + NORM_ROWS - 1) / NORM_ROWS;
    if (rows <= ALONE_ROWS)
        for (int tile = 0; tile < tiles; tile++)
            norm_tile(&job, tile);
    else
        engine_parallel(denoiser->engine, tiles, norm_tile, &job);
}

/* Vector `index` of the time's six for a layer; NULL where the family has none. */
static const float *modulated(const struct denoiser_session *session, int layer, int index)
{
    const struct graph *graph = &session->denoiser->graph;
    if (graph->time != TIME_ADAPTIVE)
        return NULL;
    return session->modulation + ((size_t)layer * 6 + (size_t)index) * (size_t)graph->width;
}

static struct norm_weights weights_of(const struct denoiser_session *session, int layer, int index,
                                      const float *weight)
{
    const float *shift = modulated(session, layer, index);
    return (struct norm_weights){ shift ? modulated(session, layer, index + 1) : weight, shift };
}

static struct linear_call call_of(const struct linear *linear, const float *x, int rows, float *out)
{
    return (struct linear_call){ .linear = linear,
                                 .x = x,
                                 .x_stride = (size_t)linear->weight.cols,
                                 .m = rows,
                                 .out = out,
                                 .out_stride = (size_t)linear->weight.rows };
}

static void run(struct denoiser_session *session, const struct linear_call *calls, int count)
{
    linear_run(&session->work, calls, count);
}

/* Cuts `count` queries, grouped by sequence, into blocks. */
static int cut_blocks(const struct pass *pass, const int *query_rows, int count)
{
    struct denoiser_session *session = pass->session;
    int blocks = 0, sequence = 0;
    for (int query = 0; query < count; query++) {
        int row = query_rows ? query_rows[query] : query, before = sequence;
        while (row < session->sequences[sequence].first ||
               row >= session->sequences[sequence].first + session->sequences[sequence].rows)
            sequence = (sequence + 1) % pass->sequence_count;
        struct query_block *last = blocks ? &session->blocks[blocks - 1] : NULL;
        if (last && sequence == before && last->count < QUERY_ROWS)
            last->count++;
        else
            session->blocks[blocks++] = (struct query_block){ sequence, query, 1 };
    }
    return blocks;
}

static void embed(const struct pass *pass)
{
    struct denoiser_session *session = pass->session;
    const struct denoiser *denoiser = session->denoiser;
    for (int row = 0; row < pass->rows; row++)
        weight_read(&denoiser->embedding, session->ids[row], 1,
                    session->x + (size_t)row * (size_t)denoiser->graph.width);
    time_enter(pass);
    if (denoiser->graph.embedding_norm)
        norm(denoiser, session->x, (struct norm_weights){ NULL, NULL }, session->x, pass->rows);
}

/* x += attention(norm x) for the queries in `queries_x` (their rows: query_rows, NULL for all rows in order).
 */
static void attend(const struct pass *pass, int number, float *queries_x, float *queries_normed, int count,
                   const int *query_rows)
{
    struct denoiser_session *session = pass->session;
    const struct denoiser *denoiser = session->denoiser;
    const struct layer *layer = &denoiser->layers[number];
    struct linear_call calls[3] = {
        call_of(&layer->key, session->normed, pass->rows, session->keys_new),
        call_of(&layer->value, session->normed, pass->rows, session->values_new),
        call_of(&layer->query, queries_normed, count, session->queries),
    };
    run(session, calls, count ? 3 : 2);
    attention_store(pass, number);
    if (!count)
        return;
    attention_run(pass, number, session->blocks, cut_blocks(pass, query_rows, count), query_rows);
    struct linear_call out = call_of(&layer->output, session->attended, count, queries_x);
    out.accumulate = true;
    out.gate = modulated(session, number, 2);
    run(session, &out, 1);
}

/* x += down(activation(gate norm x) * up norm x) */
static void feed_forward(const struct pass *pass, int number, float *x, float *normed, int rows)
{
    struct denoiser_session *session = pass->session;
    const struct layer *layer = &session->denoiser->layers[number];
    const struct graph *graph = &session->denoiser->graph;
    norm(session->denoiser, x, weights_of(session, number, 3, layer->mlp_norm), normed, rows);
    struct linear_call up =
        call_of(graph->names.gate ? &layer->gate : &layer->up, normed, rows, session->inner);
    up.times = graph->names.gate ? &layer->up : NULL;
    up.activation = graph->activation;
    run(session, &up, 1);
    struct linear_call down = call_of(&layer->down, session->inner, rows, x);
    down.accumulate = true;
    down.gate = modulated(session, number, 5);
    run(session, &down, 1);
}

static void gather(const struct pass *pass, const float *from, float *to)
{
    size_t width = (size_t)pass->session->denoiser->graph.width;
    for (int i = 0; i < pass->wanted_count; i++)
        memcpy(to + (size_t)i * width, from + (size_t)pass->wanted[i] * width, width * sizeof *to);
}

static void run_layer(const struct pass *pass, int number)
{
    struct denoiser_session *session = pass->session;
    const struct denoiser *denoiser = session->denoiser;
    norm(denoiser, session->x, weights_of(session, number, 0, denoiser->layers[number].attention_norm),
         session->normed, pass->rows);
    attend(pass, number, session->x, session->normed, pass->rows, NULL);
    feed_forward(pass, number, session->x, session->normed, pass->rows);
}

/* The last layer computes queries and what follows for the wanted rows alone. */
static void run_last_layer(const struct pass *pass, int number)
{
    struct denoiser_session *session = pass->session;
    const struct denoiser *denoiser = session->denoiser;
    norm(denoiser, session->x, weights_of(session, number, 0, denoiser->layers[number].attention_norm),
         session->normed, pass->rows);
    gather(pass, session->x, session->last_x);
    gather(pass, session->normed, session->last_normed);
    attend(pass, number, session->last_x, session->last_normed, pass->wanted_count, pass->wanted);
    if (pass->wanted_count)
        feed_forward(pass, number, session->last_x, session->last_normed, pass->wanted_count);
}

static void show(const struct pass *pass, int layer, const float *hidden)
{
    if (pass->session->watch)
        pass->session->watch(pass->session->watch_user, layer, hidden);
}

static bool cancelled(const struct pass *pass, struct lacuna_error *error)
{
    if (!pass->cancel || !atomic_load_explicit(pass->cancel, memory_order_relaxed))
        return false;
    fail(error, LACUNA_CANCELLED, "cancelled");
    return true;
}

bool pass_run(struct pass *pass, float *logits, struct lacuna_error *error)
{
    struct denoiser_session *session = pass->session;
    const struct denoiser *denoiser = session->denoiser;
    int last = denoiser->graph.layers - 1;
    embed(pass);
    struct norm_weights final = weights_of(session, last + 1, 0, denoiser->final_norm);
    for (int layer = 0; layer <= last; layer++) {
        if (cancelled(pass, error))
            return false;
        show(pass, layer, session->x);
        if (layer < last || session->watch)
            run_layer(pass, layer);
        else
            run_last_layer(pass, layer);
    }
    if (cancelled(pass, error))
        return false;
    if (session->watch) {
        norm(denoiser, session->x, final, session->normed, pass->rows);
        show(pass, denoiser->graph.layers, session->normed);
        gather(pass, session->x, session->last_x);
    }
    if (!pass->wanted_count)
        return true;
    norm(denoiser, session->last_x, final, session->last_normed, pass->wanted_count);
    struct linear_call head = call_of(&denoiser->head, session->last_normed, pass->wanted_count, logits);
    run(session, &head, 1);
    output_finish(pass, logits);
    return true;
}
