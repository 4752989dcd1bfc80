#include "model/network/parts.h"

#include <string.h>

enum { NORM_ROWS = 16, ALONE_ROWS = 32 }; /* rows of a tile; so few that waking a thread does not pay */

struct key_block pass_keys(const struct pass *pass, const struct sequence *sequence, int layer)
{
    const struct denoiser_session *session = pass->session;
    if (pass->fill_context)
        return cached_keys(&session->denoiser->graph, &session->context, layer);
    const struct graph *graph = &session->denoiser->graph;
    size_t first = (size_t)sequence->padded_first * (size_t)graph->kv_heads;
    return (struct key_block){ session->keys + first * (size_t)graph->head_width,
                               session->values + first * (size_t)value_width(graph),
                               (sequence->keys + PANEL - 1) / PANEL * PANEL };
}

struct norm_job {
    const struct denoiser *denoiser;
    struct norm weights;
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

static void norm(const struct denoiser *denoiser, const float *x, struct norm weights, float *out, int rows)
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

static struct norm weights_of(const struct denoiser_session *session, int layer, int index, struct norm plain)
{
    const float *shift = modulated(session, layer, index);
    return shift ? (struct norm){ modulated(session, layer, index + 1), shift } : plain;
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
    size_t width = (size_t)denoiser->graph.width;
    if (denoiser->graph.vector_width)
        vectors_enter(pass);
    for (int row = 0; row < pass->rows; row++) {
        float *x = session->x + (size_t)row * width;
        if (!denoiser->graph.vector_width)
            weight_read(&denoiser->embedding, session->ids[row], 1, x);
        if (denoiser->position_table)
            denoiser->kernels->add(x, denoiser->position_table + (size_t)session->positions[row] * width,
                                   denoiser->graph.width);
    }
    time_enter(pass);
    if (denoiser->graph.embedding_norm)
        norm(denoiser, session->x, denoiser->embedding_norm, session->x, pass->rows);
}

/* What attention or the mlp of a layer computes with: norm x, written to `normed`, or x as it is. */
static const float *enter(const struct pass *pass, bool bare, struct norm weights, const float *x,
                          float *normed, int rows)
{
    const struct denoiser *denoiser = pass->session->denoiser;
    if (bare || denoiser->graph.post_norm)
        return x;
    norm(denoiser, x, weights, normed, rows);
    return normed;
}

static const float *enter_attention(const struct pass *pass, int number)
{
    struct denoiser_session *session = pass->session;
    const struct denoiser *denoiser = session->denoiser;
    struct norm weights = weights_of(session, number, 0, denoiser->layers[number].attention_norm);
    bool bare = number == 0 && denoiser->graph.bare_first;
    return enter(pass, bare, weights, session->x, session->normed, pass->rows);
}

/* The rows that attend: all, or the wanted ones of the last layer. */
struct queries {
    float *x;           /* [count][width] what attention is added to */
    const float *input; /* what it computes with */
    int count;
    const int *rows; /* of the pass; NULL: all in order */
};

/* x += attention(input) for the queries; keys and values come from all rows of `input`. */
static void attend(const struct pass *pass, int number, const float *input, const struct queries *queries)
{
    struct denoiser_session *session = pass->session;
    const struct denoiser *denoiser = session->denoiser;
    const struct layer *layer = &denoiser->layers[number];
    struct linear_call calls[3] = {
        call_of(&layer->key, input, pass->rows, session->keys_new),
        call_of(&layer->value, input, pass->rows, session->values_new),
        call_of(&layer->query, queries->input, queries->count, session->queries),
    };
    run(session, calls, queries->count ? 3 : 2);
    attention_store(pass, number);
    if (!queries->count)
        return;
    int blocks = cut_blocks(pass, queries->rows, queries->count);
    attention_run(pass, number, session->blocks, blocks, queries->rows);
    struct linear_call out = call_of(&layer->output, session->attended, queries->count, queries->x);
    out.accumulate = true;
    out.gate = modulated(session, number, 2);
    run(session, &out, 1);
    if (denoiser->graph.post_norm)
        norm(denoiser, queries->x, layer->attention_norm, queries->x, queries->count);
}

/* x += down(activation(gate norm x) * up norm x) */
static void feed_forward(const struct pass *pass, int number, float *x, float *normed, int rows)
{
    struct denoiser_session *session = pass->session;
    const struct denoiser *denoiser = session->denoiser;
    const struct layer *layer = &denoiser->layers[number];
    const struct graph *graph = &denoiser->graph;
    const float *input = enter(pass, false, weights_of(session, number, 3, layer->mlp_norm), x, normed, rows);
    struct linear_call up =
        call_of(graph->names.gate ? &layer->gate : &layer->up, input, rows, session->inner);
    up.times = graph->names.gate ? &layer->up : NULL;
    up.activation = graph->activation;
    run(session, &up, 1);
    struct linear_call down = call_of(&layer->down, session->inner, rows, x);
    down.accumulate = true;
    down.gate = modulated(session, number, 5);
    run(session, &down, 1);
    if (graph->post_norm)
        norm(denoiser, x, layer->mlp_norm, x, rows);
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
    const float *input = enter_attention(pass, number);
    struct queries queries = { session->x, input, pass->rows, NULL };
    attend(pass, number, input, &queries);
    feed_forward(pass, number, session->x, session->normed, pass->rows);
}

/* The last layer computes queries and what follows for the wanted rows alone. */
static void run_last_layer(const struct pass *pass, int number)
{
    struct denoiser_session *session = pass->session;
    const float *input = enter_attention(pass, number);
    struct queries queries = { session->last_x, session->last_x, pass->wanted_count, pass->wanted };
    gather(pass, session->x, session->last_x);
    if (input != session->x) {
        gather(pass, input, session->last_normed);
        queries.input = session->last_normed;
    }
    attend(pass, number, input, &queries);
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

/* What the head sees of rows that have left the last layer. */
static const float *leave(const struct pass *pass, const float *x, float *normed, int rows)
{
    const struct denoiser_session *session = pass->session;
    struct norm final =
        weights_of(session, session->denoiser->graph.layers, 0, session->denoiser->final_norm);
    return enter(pass, false, final, x, normed, rows);
}

/* A weight that is infinite or no number makes all that depends on it so. */
static bool check_finite(const struct pass *pass, const float *rows, int width, struct lacuna_error *error)
{
    const struct denoiser *denoiser = pass->session->denoiser;
    for (int i = 0; i < pass->wanted_count; i++)
        if (!denoiser->kernels->finite(rows + (size_t)i * (size_t)width, width))
            return fail(error, LACUNA_MODEL,
                        "%s: the network's output is not finite: some of its weights are not, or too large",
                        checkpoint_path(denoiser->checkpoint));
    return true;
}

/* Logits of session->last_x, which is used up; false: error. */
static bool run_head(const struct pass *pass, float *logits, struct lacuna_error *error)
{
    struct denoiser_session *session = pass->session;
    const struct denoiser *denoiser = session->denoiser;
    int rows = pass->wanted_count;
    const float *x = leave(pass, session->last_x, session->last_normed, rows);
    if (denoiser->graph.names.head_dense) {
        float *to = x == session->last_x ? session->last_normed : session->last_x;
        struct linear_call dense = call_of(&denoiser->head_dense, x, rows, to);
        dense.activation = denoiser->graph.activation;
        run(session, &dense, 1);
        norm(denoiser, to, denoiser->head_norm, to, rows);
        x = to;
    }
    struct linear_call head = call_of(&denoiser->head, x, rows, logits);
    run(session, &head, 1);
    if (!check_finite(pass, logits, denoiser->graph.vocabulary, error))
        return false;
    output_finish(pass, logits);
    return true;
}

bool pass_run(struct pass *pass, float *logits, struct lacuna_error *error)
{
    struct denoiser_session *session = pass->session;
    const struct denoiser *denoiser = session->denoiser;
    int last = denoiser->graph.layers - 1;
    embed(pass);
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
        show(pass, denoiser->graph.layers, leave(pass, session->x, session->normed, pass->rows));
        gather(pass, session->x, session->last_x);
    }
    if (!pass->wanted_count)
        return true;
    if (!denoiser->graph.vector_width)
        return run_head(pass, logits, error);
    const float *x = leave(pass, session->last_x, session->last_normed, pass->wanted_count);
    if (!check_finite(pass, x, denoiser->graph.width, error))
        return false;
    vectors_leave(pass, x, logits);
    return true;
}
