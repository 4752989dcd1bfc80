/* softmax(q kᵀ / √d) v for blocks of queries; rotate-half RoPE on queries and keys. */
#include "model/network/parts.h"

#include <math.h>
#include <string.h>

enum { ALONE_ROWS = 32 }; /* so few rows are not worth waking a thread */

int value_width(const struct graph *graph)
{
    return (graph->head_width + PANEL - 1) / PANEL * PANEL;
}

/* The same where the two values of a pair lie side by side, as GGUF files of some families store queries and
 * keys. */
static void rotate_pairs(float *x, const float *cosines, const float *sines, int half)
{
    for (int i = 0; i < half; i++) {
        float a = x[2 * i], b = x[2 * i + 1];
        x[2 * i] = a * cosines[i] - b * sines[i];
        x[2 * i + 1] = b * cosines[i] + a * sines[i];
    }
}

/* Rotary embedding of a head of a query or key, and its norm where it has one. */
static void turn(const struct denoiser_session *session, int layer, float *head, int row)
{
    const struct denoiser *denoiser = session->denoiser;
    const struct graph *graph = &denoiser->graph;
    int half = graph->head_width / 2, kind = graph_is_local(graph, layer);
    size_t at = (size_t)session->positions[row] * (size_t)half;
    if (denoiser->frequencies[kind] && graph->rope_interleaved)
        rotate_pairs(head, session->cosines[kind] + at, session->sines[kind] + at, half);
    else if (denoiser->frequencies[kind])
        denoiser->kernels->rotate(head, session->cosines[kind] + at, session->sines[kind] + at, half);
    if (graph->query_key_norm)
        denoiser->kernels->rms_norm(head, NULL, head, graph->head_width, graph->norm_epsilon);
}

struct store_job {
    const struct pass *pass;
    int layer;
};

static void clear_head(const struct graph *graph, const struct key_block *block, size_t head)
{
    size_t keys = (size_t)block->padded * (size_t)graph->head_width,
           values = (size_t)block->padded * (size_t)value_width(graph);
    memset(block->keys + head * keys, 0, keys * sizeof(float));
    memset(block->values + head * values, 0, values * sizeof(float));
}

static void put_row(const struct graph *graph, const struct key_block *block, size_t head, int row,
                    const float *key, const float *value)
{
    size_t width = (size_t)graph->head_width, values_stride = (size_t)value_width(graph),
           padded = (size_t)block->padded, at = (size_t)row;
    float *panel = block->keys + head * padded * width + at / PANEL * width * PANEL + at % PANEL;
    for (size_t i = 0; i < width; i++)
        panel[i * PANEL] = key[i];
    memcpy(block->values + (head * padded + at) * values_stride, value, width * sizeof *value);
}

/* One key/value head of one sequence. */
static void store_tile(void *user, int tile)
{
    const struct store_job *job = user;
    struct denoiser_session *session = job->pass->session;
    const struct graph *graph = &session->denoiser->graph;
    const struct sequence *sequence = &session->sequences[tile / graph->kv_heads];
    struct key_block block = pass_keys(job->pass, sequence, job->layer), kept = { 0 };
    size_t head = (size_t)(tile % graph->kv_heads), width = (size_t)graph->head_width;
    clear_head(graph, &block, head);
    if (sequence->kept) {
        kept = cached_keys(graph, sequence->kept, job->layer);
        clear_head(graph, &kept, head);
    }
    for (int row = 0; row < sequence->keys; row++) {
        size_t from = ((size_t)(sequence->first + row) * (size_t)graph->kv_heads + head) * width;
        float *key = session->keys_new + from, *value = session->values_new + from;
        turn(session, job->layer, key, sequence->first + row);
        put_row(graph, &block, head, row, key, value);
        if (sequence->kept && row < sequence->window_first)
            put_row(graph, &kept, head, row, key, value);
        if (sequence->kept && row >= sequence->window_end)
            put_row(graph, &kept, head, row - sequence->window_end + sequence->window_first, key, value);
    }
}

void attention_store(const struct pass *pass, int layer)
{
    struct store_job job = { pass, layer };
    const struct denoiser *denoiser = pass->session->denoiser;
    int tiles = pass->sequence_count * denoiser->graph.kv_heads;
    if (pass->rows <= ALONE_ROWS)
        for (int tile = 0; tile < tiles; tile++)
            store_tile(&job, tile);
    else
        engine_parallel(denoiser->engine, tiles, store_tile, &job);
}

struct attention_job {
    const struct pass *pass;
    int layer;
    const struct query_block *blocks;
    const int *query_rows;
};

/* How many of its sequence's rows a row sees. */
static int visible(const struct graph *graph, const struct sequence *sequence, int row)
{
    if (graph->sight == SIGHT_CAUSAL)
        return row + 1 < sequence->keys ? row + 1 : sequence->keys;
    return row < sequence->context_rows ? sequence->context_rows : sequence->keys;
}

/* Leaves a row's scores of the rows within its window; returns how many those are. */
static int keep_window(const struct denoiser_session *session, const struct sequence *sequence, int row,
                       float *score, int seen)
{
    const int32_t *positions = session->positions;
    int left = 0, window = session->denoiser->graph.window;
    for (int j = 0; j < seen; j++) {
        int32_t off = positions[sequence->first + j] - positions[row];
        bool near = off <= window && off >= -window;
        left += near;
        if (!near)
            score[j] = -INFINITY;
    }
    return left;
}

/* scores [count][stride]: softmax over the context's `cached` keys and those of the row's own sequence that
 * it sees. */
static void normalise(const struct attention_job *job, const struct query_block *block,
                      const struct sequence *sequence, float *scores, int stride, int cached,
                      int cached_padded)
{
    const struct denoiser *denoiser = job->pass->session->denoiser;
    for (int i = 0; i < block->count; i++) {
        int query = block->first + i, row = job->query_rows ? job->query_rows[query] : query;
        int seen = visible(&denoiser->graph, sequence, row - sequence->first);
        float *score = scores + (size_t)i * (size_t)stride;
        int left = seen;
        if (graph_is_local(&denoiser->graph, job->layer))
            left = keep_window(job->pass->session, sequence, row, score + cached_padded, seen);
        if (cached + left == 0) {
            memset(score, 0, (size_t)stride * sizeof *score);
            continue;
        }
        for (int j = cached; j < cached_padded; j++)
            score[j] = -INFINITY;
        for (int j = cached_padded + seen; j < stride; j++)
            score[j] = -INFINITY;
        denoiser->kernels->softmax(score, stride);
    }
}

static void weigh(const struct kernels *kernels, const float *scores, int stride, const float *values,
                  int values_stride, int rows, int count, float *out, size_t out_stride, int width,
                  bool accumulate)
{
    for (int column = 0; column < width; column += PANEL)
        kernels->panel(scores, (size_t)stride, values + column, (size_t)values_stride, out + column,
                       out_stride, count, rows, width - column < PANEL ? width - column : PANEL, accumulate);
}

static void score(const struct kernels *kernels, const float *queries, const struct key_block *block,
                  int kv_head, int width, int count, float *scores, int stride)
{
    const float *keys = block->keys + (size_t)kv_head * (size_t)block->padded * (size_t)width;
    for (int row = 0; row < block->padded; row += PANEL)
        kernels->panel(queries, (size_t)width, keys + (size_t)row * (size_t)width, PANEL, scores + row,
                       (size_t)stride, count, width, PANEL, false);
}

static void attention_tile(void *user, int tile)
{
    const struct attention_job *job = user;
    struct denoiser_session *session = job->pass->session;
    const struct denoiser *denoiser = session->denoiser;
    const struct graph *graph = &denoiser->graph;
    const struct query_block *block = &job->blocks[tile / graph->heads];
    const struct sequence *sequence = &session->sequences[block->sequence];
    int head = tile % graph->heads, kv_head = head / (graph->heads / graph->kv_heads),
        width = graph->head_width;
    struct key_block own = pass_keys(job->pass, sequence, job->layer), context = { 0 };
    if (sequence->cached)
        context = cached_keys(graph, sequence->cached, job->layer);
    int cached = sequence->cached ? sequence->cached->count : 0, stride = context.padded + own.padded;
    size_t row_width = (size_t)graph->heads * (size_t)width, at = (size_t)head * (size_t)width;

    float *queries = scratch_take(&session->work.scratch),
          *scores = queries + (size_t)block->count * (size_t)width;
    for (int i = 0; i < block->count; i++) {
        int query = block->first + i, row = job->query_rows ? job->query_rows[query] : query;
        float *to = queries + (size_t)i * (size_t)width;
        memcpy(to, session->queries + (size_t)query * row_width + at, (size_t)width * sizeof *to);
        turn(session, job->layer, to, row);
        for (int j = 0; j < width; j++)
            to[j] *= 1 / sqrtf((float)width);
    }
    score(denoiser->kernels, queries, &context, kv_head, width, block->count, scores, stride);
    score(denoiser->kernels, queries, &own, kv_head, width, block->count, scores + context.padded, stride);
    normalise(job, block, sequence, scores, stride, cached, context.padded);
    float *out = session->attended + (size_t)block->first * row_width + at;
    int values_stride = value_width(graph);
    size_t values = (size_t)kv_head * (size_t)values_stride;
    if (context.padded)
        weigh(denoiser->kernels, scores, stride, context.values + values * (size_t)context.padded,
              values_stride, cached, block->count, out, row_width, width, false);
    weigh(denoiser->kernels, scores + context.padded, stride, own.values + values * (size_t)own.padded,
          values_stride, sequence->keys, block->count, out, row_width, width, context.padded > 0);
    scratch_give(&session->work.scratch, queries);
}

void attention_run(const struct pass *pass, int layer, const struct query_block *blocks, int block_count,
                   const int *query_rows)
{
    struct attention_job job = { pass, layer, blocks, query_rows };
    const struct denoiser *denoiser = pass->session->denoiser;
    engine_parallel(denoiser->engine, block_count * denoiser->graph.heads, attention_tile, &job);
}
