#include "model/network/parts.h"

#include <math.h>
#include <string.h>

/* cos and sin of the time at count / 2 frequencies; Vaswani et al. 2017, as DiT has them. */
static void time_features(float time, int count, float *out)
{
    int half = count / 2;
    for (int i = 0; i < half; i++) {
        float angle = time * expf(-9.210340372f * (float)i / (float)half);
        out[i] = cosf(angle);
        out[half + i] = sinf(angle);
    }
    if (count % 2)
        out[count - 1] = 0;
}

static void apply(struct denoiser_session *session, const struct linear *linear, enum activation activation,
                  const float *x, float *out)
{
    struct linear_call call = { .linear = linear,
                                .x = x,
                                .x_stride = (size_t)linear->weight.cols,
                                .m = 1,
                                .out = out,
                                .out_stride = (size_t)linear->weight.rows,
                                .activation = activation };
    linear_run(&session->work, &call, 1);
}

/* norm · (1 + scale) + shift is a norm of its own: scale becomes its weight. */
static void scale_to_weight(float *scale, const float *weight, int width)
{
    for (int i = 0; i < width; i++)
        scale[i] = (weight ? weight[i] : 1) * (1 + scale[i]);
}

static void modulate(const struct pass *pass)
{
    struct denoiser_session *session = pass->session;
    const struct denoiser *denoiser = session->denoiser;
    int width = denoiser->graph.width;
    float *features = session->time_rows, *condition = features + session->time_room;
    time_features(pass->time, graph_time_features(&denoiser->graph), features);
    apply(session, &denoiser->time_in, LINEAR_SILU, features, condition);
    apply(session, &denoiser->time_out, LINEAR_SILU, condition, features);
    float *out = session->modulation;
    for (int i = 0; i < denoiser->graph.layers; i++, out += 6 * (size_t)width) {
        apply(session, &denoiser->layers[i].modulation, LINEAR_PLAIN, features, out);
        scale_to_weight(out + width, denoiser->layers[i].attention_norm.weight, width);
        scale_to_weight(out + 4 * (size_t)width, denoiser->layers[i].mlp_norm.weight, width);
    }
    apply(session, &denoiser->final_modulation, LINEAR_PLAIN, features, out);
    scale_to_weight(out + width, denoiser->final_norm.weight, width);
}

static void add_to_rows(const struct pass *pass, const float *row)
{
    struct denoiser_session *session = pass->session;
    int width = session->denoiser->graph.width;
    for (int i = 0; i < pass->rows; i++)
        session->denoiser->kernels->add(session->x + (size_t)i * (size_t)width, row, width);
}

static void add_table_row(const struct pass *pass)
{
    struct denoiser_session *session = pass->session;
    const struct denoiser *denoiser = session->denoiser;
    int last = denoiser->graph.time_steps - 1;
    int step = pass->time > 0 ? pass->time < (float)last ? (int)pass->time : last : 0;
    weight_read(&denoiser->time_table, step, 1, session->modulation);
    add_to_rows(pass, session->modulation);
}

/* out(silu(in(features))), as Diffusion-LM has it. */
static void add_mlp(const struct pass *pass)
{
    struct denoiser_session *session = pass->session;
    const struct denoiser *denoiser = session->denoiser;
    float *features = session->time_rows, *inner = features + session->time_room;
    time_features(pass->time, graph_time_features(&denoiser->graph), features);
    apply(session, &denoiser->time_in, LINEAR_SILU, features, inner);
    apply(session, &denoiser->time_out, LINEAR_PLAIN, inner, session->modulation);
    add_to_rows(pass, session->modulation);
}

void time_enter(const struct pass *pass)
{
    switch (pass->session->denoiser->graph.time) {
    case TIME_NONE:
        break;
    case TIME_TABLE:
        add_table_row(pass);
        break;
    case TIME_ADDED:
        add_mlp(pass);
        break;
    case TIME_ADAPTIVE:
        modulate(pass);
        break;
    }
}

void log_score_by_sigma(float *row, int32_t vocabulary, int32_t id, float sigma)
{
    float off = logf(sigma < 0.5f ? expm1f(sigma) : expf(sigma) - 1) + logf((float)(vocabulary - 1));
    for (int32_t v = 0; v < vocabulary; v++)
        row[v] -= off;
    row[id] = 0;
}

void output_finish(const struct pass *pass, float *logits)
{
    const struct denoiser_session *session = pass->session;
    const struct graph *graph = &session->denoiser->graph;
    for (int i = 0; i < pass->wanted_count && graph->out != OUTPUT_LOGITS; i++) {
        float *row = logits + (size_t)i * (size_t)graph->vocabulary;
        int32_t id = session->ids[pass->wanted[i]];
        if (graph->out == OUTPUT_LOG_SCORE_BY_SIGMA)
            log_score_by_sigma(row, graph->vocabulary, id, pass->time);
        row[id] = 0;
    }
}
