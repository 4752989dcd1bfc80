#include "model/network/parts.h"

#include "model/tensor/floats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int larger(int a, int b)
{
    return a > b ? a : b;
}

struct denoiser_session *denoiser_session_new(const struct denoiser *denoiser, struct lacuna_error *error)
{
    (void)error;
    struct denoiser_session *session = aligned_new(sizeof *session);
    session->denoiser = denoiser;
    linear_work_init(&session->work, denoiser->engine);
    const struct graph *graph = &denoiser->graph;
    session->time_room = larger(larger(TIME_FEATURES, graph_time_features(graph)), graph->time_width);
    session->time_rows = floats_new(2 * (size_t)session->time_room);
    session->modulation = floats_new((6 * (size_t)graph->layers + 2) * (size_t)graph->width);
    return session;
}

static void buffers_free(struct denoiser_session *session)
{
    void *buffers[] = { session->ids,       session->positions,   session->wanted,   session->order,
                        session->sequences, session->blocks,      session->x,        session->normed,
                        session->last_x,    session->last_normed, session->queries,  session->attended,
                        session->keys_new,  session->values_new,  session->inner,    session->keys,
                        session->values,    session->vectors,     session->predicted };
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
        free(buffers[i]);
}

void denoiser_session_free(struct denoiser_session *session)
{
    if (!session)
        return;
    buffers_free(session);
    linear_work_free(&session->work);
    free(session->context.ids);
    free(session->context.positions);
    cache_release(&session->context);
    for (int kind = 0; kind < 2; kind++) {
        free(session->cosines[kind]);
        free(session->sines[kind]);
    }
    free(session->time_rows);
    free(session->modulation);
    free(session);
}

void denoiser_watch(struct denoiser_session *session,
                    void (*watch)(void *user, int layer, const float *hidden), void *user)
{
    session->watch = watch;
    session->watch_user = user;
}

void session_take(struct denoiser_session *session, int row, const struct rows *rows, int i)
{
    const struct graph *graph = &session->denoiser->graph;
    session->ids[row] = rows->ids[i];
    session->positions[row] = rows->positions[i];
    if (!graph->vector_in)
        return;
    size_t in = (size_t)graph->vector_in, width = (size_t)graph->vector_width;
    float *to = session->vectors + (size_t)row * in;
    memset(to + width, 0, (in - width) * sizeof *to);
    if (rows->vectors)
        memcpy(to, rows->vectors + (size_t)i * in, in * sizeof *to);
    else
        memcpy(to, rounding_row(&session->denoiser->rounding, rows->ids[i]), width * sizeof *to);
}

static void set_angles(struct denoiser_session *session, int kind, int room)
{
    const struct denoiser *denoiser = session->denoiser;
    int half = denoiser->graph.head_width / 2;
    free(session->cosines[kind]);
    free(session->sines[kind]);
    session->cosines[kind] = floats_new((size_t)room * (size_t)half);
    session->sines[kind] = floats_new((size_t)room * (size_t)half);
    for (int position = 0; position < room; position++)
        for (int i = 0; i < half; i++) {
            float angle = (float)position * denoiser->frequencies[kind][i];
            size_t at = (size_t)position * (size_t)half + (size_t)i;
            session->cosines[kind][at] = (float)cos(angle);
            session->sines[kind][at] = (float)(denoiser->graph.rope_backwards ? -sin(angle) : sin(angle));
        }
}

static void reserve_angles(struct denoiser_session *session, int count)
{
    if (count <= session->angle_count)
        return;
    session->angle_count = (count + 511) / 512 * 512;
    for (int kind = 0; kind < 2; kind++)
        if (session->denoiser->frequencies[kind])
            set_angles(session, kind, session->angle_count);
}

void session_reserve(struct denoiser_session *session, int rows, int sequences, int padded, int cached,
                     int last_position)
{
    const struct graph *graph = &session->denoiser->graph;
    reserve_angles(session, last_position + 1);
    size_t width = (size_t)graph->head_width, keys = (size_t)(cached + padded);
    scratch_reserve(&session->work.scratch, QUERY_ROWS * (width + keys));
    if (rows <= session->row_room && sequences <= session->sequence_room && padded <= session->padded_room)
        return;
    buffers_free(session);
    session->row_room = rows = larger(rows, session->row_room);
    session->sequence_room = sequences = larger(sequences, session->sequence_room);
    session->padded_room = padded = larger(padded, session->padded_room);
    size_t count = (size_t)rows, kv_heads = (size_t)graph->kv_heads, queries = (size_t)graph->heads * width;
    session->ids = aligned_new(count * sizeof *session->ids);
    session->positions = aligned_new(count * sizeof *session->positions);
    session->wanted = aligned_new(count * sizeof *session->wanted);
    session->order = aligned_new(count * sizeof *session->order);
    session->sequences = aligned_new((size_t)sequences * sizeof *session->sequences);
    session->blocks = aligned_new((count + (size_t)sequences) * sizeof *session->blocks);
    session->x = floats_new(count * (size_t)graph->width);
    session->normed = floats_new(count * (size_t)graph->width);
    session->last_x = floats_new(count * (size_t)graph->width);
    session->last_normed = floats_new(count * (size_t)graph->width);
    session->queries = floats_new(count * queries);
    session->attended = floats_new(count * queries);
    session->keys_new = floats_new(count * kv_heads * width);
    session->values_new = floats_new(count * kv_heads * width);
    session->inner = floats_new(count * (size_t)graph->inner);
    session->vectors = floats_new(count * (size_t)graph->vector_in);
    session->predicted = floats_new(count * (size_t)graph->vector_out);
    session->keys = floats_new((size_t)padded * kv_heads * width);
    session->values = floats_new((size_t)padded * kv_heads * (size_t)value_width(graph));
}
