/* Both ends of a network whose rows are vectors, and the tokens as vectors. */
#include "model/network/codes.h"
#include "model/network/parts.h"

#include <string.h>

static bool read_rows(struct denoiser *denoiser, float *rows, struct lacuna_error *error)
{
    const struct graph *graph = &denoiser->graph;
    if (graph->code_scale > 0) {
        for (int32_t id = 0; id < graph->vocabulary; id++)
            bits_write(id, graph->vector_width, graph->code_scale,
                       rows + (size_t)id * (size_t)graph->vector_width);
        return true;
    }
    struct weight table;
    if (!weight_find(&table, denoiser->checkpoint, graph->names.embedding, graph->vocabulary,
                     graph->vector_width, error))
        return false;
    weight_read(&table, 0, graph->vocabulary, rows);
    return true;
}

bool vectors_bind(struct denoiser *denoiser, struct lacuna_error *error)
{
    const struct graph *graph = &denoiser->graph;
    size_t count = (size_t)graph->vocabulary * (size_t)graph->vector_width;
    float *rows = arena_take(&denoiser->arena, count * sizeof *rows), *bias = NULL;
    if (!read_rows(denoiser, rows, error))
        return false;
    if (graph->names.vector_bias) {
        bias = vector_read(denoiser->checkpoint, graph->names.vector_bias, graph->vocabulary,
                           &denoiser->arena, error);
        if (!bias)
            return false;
    }
    denoiser->rounding = rounding_new(rows, bias, graph->vocabulary, graph->vector_width, graph->by_distance);
    denoiser->rounding.code_scale = graph->code_scale;
    return true;
}

/* second(tanh(first(x))) [rows][second's outputs]; `inner` [rows][first's outputs]. */
static void project(struct denoiser_session *session, const struct linear pair[2], const float *x,
                    float *inner, float *out, int rows)
{
    struct linear_call first = { .linear = &pair[0],
                                 .x = x,
                                 .x_stride = (size_t)pair[0].weight.cols,
                                 .m = rows,
                                 .out = inner,
                                 .out_stride = (size_t)pair[0].weight.rows,
                                 .activation = LINEAR_TANH };
    struct linear_call second = { .linear = &pair[1],
                                  .x = inner,
                                  .x_stride = (size_t)pair[1].weight.cols,
                                  .m = rows,
                                  .out = out,
                                  .out_stride = (size_t)pair[1].weight.rows };
    linear_run(&session->work, &first, 1);
    linear_run(&session->work, &second, 1);
}

void vectors_enter(const struct pass *pass)
{
    struct denoiser_session *session = pass->session;
    const struct denoiser *denoiser = session->denoiser;
    if (denoiser->graph.names.vector_in[0])
        project(session, denoiser->vector_in, session->vectors, session->normed, session->x, pass->rows);
    else
        memcpy(session->x, session->vectors,
               (size_t)pass->rows * (size_t)denoiser->graph.width * sizeof *session->x);
}

void vectors_leave(const struct pass *pass, const float *x, float *logits)
{
    struct denoiser_session *session = pass->session;
    const struct denoiser *denoiser = session->denoiser;
    const struct graph *graph = &denoiser->graph;
    size_t out = (size_t)graph->vector_out, rows = (size_t)pass->wanted_count;
    float *predicted = pass->predicted ? pass->predicted : session->predicted;
    float *inner = x == session->last_x ? session->last_normed : session->last_x;
    if (graph->names.vector_out[0])
        project(session, denoiser->vector_out, x, inner, predicted, pass->wanted_count);
    else
        memcpy(predicted, x, rows * out * sizeof *predicted);
    for (size_t i = 0; !pass->predicted && i < rows; i++)
        rounding_logits(&denoiser->rounding, predicted + i * out, logits + i * (size_t)graph->vocabulary);
}
