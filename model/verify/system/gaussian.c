/* Diffusion-LM and DiffuSeq: noise schedules, network, rounding, steps and loops of the original
 * implementations. */
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/diffusion/beta.h"
#include "model/diffusion/gaussian.h"
#include "model/diffusion/logits.h"
#include "model/network/rounding.h"
#include "model/verify/expect.h"
#include "model/verify/forward.h"
#include "model/verify/vector_runs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool knows(const struct verify_file *file)
{
    const char *system = json_text(file->content, "system", "");
    return !strcmp(system, "diffusion-lm") || !strcmp(system, "diffuseq");
}

static const json_t *param(const json_t *one, const char *name)
{
    return json_object_get(json_object_get(one, "params"), name);
}

/* The process of a case: T steps of a schedule, and those of them that timestep_respacing keeps. */
static bool read_process(struct gaussian *gaussian, const json_t *one, const char *schedule_key,
                         struct lacuna_error *error)
{
    const char *name = json_text(json_object_get(one, "params"), schedule_key, "?");
    const struct beta_schedule *schedule = beta_find(name);
    int64_t whole = json_integer_value(param(one, "T"));
    if (!schedule || whole < 1 || whole > 1 << 20)
        return fail(error, LACUNA_MODEL, "there is no noise schedule %s of %d steps", name, (int)whole);
    char sections[64] = "";
    size_t k, used = 0;
    const json_t *respacing = param(one, "timestep_respacing"), *section;
    json_array_foreach(respacing, k, section) used +=
        (size_t)snprintf(sections + used, used < 32 ? sizeof sections - used : 0, "%s%d", k ? "," : "",
                         (int)json_integer_value(section));
    double *betas = memory_new((size_t)whole, sizeof *betas);
    int *kept = memory_new((size_t)whole, sizeof *kept);
    bool fine = beta_fill(schedule, betas, (int)whole, error);
    int count = fine ? gaussian_respace(json_is_string(respacing) ? json_string_value(respacing) : sections,
                                        (int)whole, kept, error)
                     : 0;
    if (count)
        *gaussian = gaussian_new(betas, (int)whole, count < whole ? kept : NULL, count);
    free(betas);
    free(kept);
    return count;
}

static bool beta_schedule(const struct verify_network *network, const struct verify_file *file,
                          const json_t *one, struct lacuna_error *error)
{
    (void)network;
    struct gaussian g;
    if (!read_process(&g, one, "name", error))
        return false;
    const struct {
        const char *name;
        const double *got;
    } tables[] = { { "betas", g.beta },
                   { "alphas_cumprod", g.alpha_bar },
                   { "posterior_variance", g.variance },
                   { "posterior_mean_coef1", g.mean_of_start },
                   { "posterior_mean_coef2", g.mean_of_noisy } };
    bool fine = true;
    for (size_t k = 0; k < sizeof tables / sizeof *tables && fine; k++)
        fine = !json_object_get(json_object_get(one, "outputs"), tables[k].name) ||
               verify_expect_double(file, one, tables[k].name, tables[k].got, (size_t)g.count, 1e-12, error);
    gaussian_free(&g);
    return fine;
}

/* Inputs of one size, each row of the batch at a step of its own. */
struct batch {
    struct gaussian gaussian;
    float *x, *noise, *out;
    int32_t *t;
    size_t count, rows, each; /* numbers; rows of the batch; numbers of one */
};

static bool batch_read(struct batch *batch, const struct verify_file *file, const json_t *one, const char *x,
                       const char *noise, struct lacuna_error *error)
{
    *batch = (struct batch){ 0 };
    if (!read_process(&batch->gaussian, one, "schedule", error))
        return false;
    batch->x = verify_input(file, one, x, &batch->count, error);
    batch->noise = batch->x ? verify_input(file, one, noise, &batch->count, error) : NULL;
    batch->t = batch->noise ? verify_input_whole(file, one, "t", &batch->rows, error) : NULL;
    batch->out = memory_new(batch->count, sizeof *batch->out);
    for (size_t k = 0; batch->t && k < batch->rows; k++)
        if (batch->t[k] < 0 || batch->t[k] >= batch->gaussian.count)
            return fail(error, LACUNA_MODEL, "there is no step %d", (int)batch->t[k]);
    batch->each = batch->rows ? batch->count / batch->rows : 0;
    return batch->t;
}

static void batch_free(struct batch *batch)
{
    gaussian_free(&batch->gaussian);
    free(batch->x);
    free(batch->noise);
    free(batch->out);
    free(batch->t);
}

static bool q_sample(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                     struct lacuna_error *error)
{
    (void)network;
    struct batch batch;
    bool fine = batch_read(&batch, file, one, "x_start", "noise", error);
    for (size_t k = 0; k < batch.rows && fine; k++)
        gaussian_noise(&batch.gaussian, batch.t[k], batch.x + k * batch.each, batch.noise + k * batch.each,
                       batch.out + k * batch.each, batch.each);
    fine = fine && verify_expect(file, one, "x_t", batch.out, batch.count, 1e-5, 0, error);
    batch_free(&batch);
    return fine;
}

static bool q_posterior(const struct verify_network *network, const struct verify_file *file,
                        const json_t *one, struct lacuna_error *error)
{
    (void)network;
    struct batch batch;
    bool fine = batch_read(&batch, file, one, "x_start", "x_t", error);
    float *variance = memory_new(2 * batch.rows, sizeof *variance), *log_variance = variance + batch.rows;
    for (size_t k = 0; k < batch.rows && fine; k++) {
        int t = batch.t[k];
        gaussian_mean(&batch.gaussian, t, batch.x + k * batch.each, batch.noise + k * batch.each,
                      batch.out + k * batch.each, batch.each);
        variance[k] = (float)gaussian_variance(&batch.gaussian, t, VARIANCE_SMALL);
        log_variance[k] = (float)gaussian_log_variance(&batch.gaussian, t, VARIANCE_SMALL);
    }
    fine = fine && verify_expect(file, one, "mean", batch.out, batch.count, 1e-5, 0, error) &&
           verify_expect(file, one, "variance", variance, batch.rows, 1e-6, 0, error) &&
           verify_expect(file, one, "log_variance", log_variance, batch.rows, 1e-5, 0, error);
    free(variance);
    batch_free(&batch);
    return fine;
}

/* One row of the batch through the network: out [length, width out]. */
static bool network_run(const struct verify_network *network, const float *x, size_t length, float time,
                        float *out, struct lacuna_error *error)
{
    int32_t *ids = memory_new(2 * length, sizeof *ids), *positions = ids + length;
    int *wanted = memory_new(length, sizeof *wanted);
    for (size_t i = 0; i < length; i++)
        wanted[i] = positions[i] = (int)i;
    struct rows rows = { .ids = ids,
                         .positions = positions,
                         .count = (int)length,
                         .wanted = wanted,
                         .wanted_count = (int)length,
                         .time = time,
                         .vectors = x,
                         .predicted = out };
    bool fine = denoiser_forward(network->session, &rows, NULL, NULL, NULL, error);
    free(ids);
    free(wanted);
    return fine;
}

/* Numbers of a vector. */
static size_t width_of(const struct verify_network *network)
{
    return (size_t)denoiser_framing(network->denoiser)->vectors.width;
}

static bool forward(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                    struct lacuna_error *error)
{
    size_t count = 0, batch = 0, width = width_of(network);
    float *x = verify_input(file, one, "x", &count, error);
    float *times = x ? verify_input(file, one, "timesteps", &batch, error) : NULL;
    float *out = memory_new(count, sizeof *out);
    size_t each = batch ? count / batch : 0;
    bool fine = times && each % width == 0;
    for (size_t k = 0; k < batch && fine; k++)
        fine = network_run(network, x + k * each, each / width, times[k], out + k * each, error);
    fine = fine && verify_expect(file, one, "out", out, count, 2e-4, 0, error);
    free(x);
    free(times);
    free(out);
    return fine;
}

/* Both ways of logits, as the case names them. */
static bool logits(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                   struct lacuna_error *error)
{
    struct rounding rounding = *denoiser_rounding(network->denoiser);
    size_t count = 0, width = width_of(network), vocabulary = (size_t)rounding.vocabulary;
    rounding.by_distance = json_integer_value(param(one, "logits_mode")) == 2;
    float *hidden = verify_input(file, one, "hidden", &count, error);
    float *got = memory_new(count / width * vocabulary, sizeof *got);
    for (size_t k = 0; k < count / width; k++)
        rounding_logits(&rounding, hidden + k * width, got + k * vocabulary);
    bool fine = hidden && verify_expect(file, one, "logits", got, count / width * vocabulary, 2e-4, 0, error);
    free(hidden);
    free(got);
    return fine;
}

static bool nearest(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                    struct lacuna_error *error)
{
    const struct rounding *rounding = denoiser_rounding(network->denoiser);
    size_t count = 0, width = width_of(network);
    float *hidden = verify_input(file, one, "hidden", &count, error);
    int32_t *tokens = memory_new(count / width, sizeof *tokens);
    for (size_t k = 0; k < count / width; k++) {
        tokens[k] = rounding_nearest(rounding, hidden + k * width);
        memcpy(hidden + k * width, rounding_row(rounding, tokens[k]), width * sizeof *hidden);
    }
    bool fine = hidden && verify_expect_whole(file, one, "token", tokens, count / width, error) &&
                verify_expect(file, one, "embedding", hidden, count, 0, 0, error);
    free(hidden);
    free(tokens);
    return fine;
}

static bool partial_noise(const struct verify_network *network, const struct verify_file *file,
                          const json_t *one, struct lacuna_error *error)
{
    size_t count = 0, places = 0, rows = 0, width = width_of(network);
    struct gaussian gaussian;
    if (!read_process(&gaussian, one, "schedule", error))
        return false;
    float *noise = verify_input(file, one, "noise", &count, error);
    int32_t *ids = noise ? verify_input_whole(file, one, "ids", &places, error) : NULL;
    int32_t *open = ids ? verify_input_whole(file, one, "input_mask", &places, error) : NULL;
    int32_t *t = open ? verify_input_whole(file, one, "t", &rows, error) : NULL;
    bool fine = t && places * width == count;
    for (size_t k = 0; k < places && fine; k++) {
        const float *row = rounding_row(denoiser_rounding(network->denoiser), ids[k]);
        if (open[k])
            gaussian_noise(&gaussian, t[k / (places / rows)], row, noise + k * width, noise + k * width,
                           width);
        else
            memcpy(noise + k * width, row, width * sizeof *row);
    }
    fine = fine && verify_expect(file, one, "x_t", noise, count, 1e-5, 0, error);
    free(noise);
    free(ids);
    free(open);
    free(t);
    gaussian_free(&gaussian);
    return fine;
}

/* ---- steps and loops, by the product's process */

/* The settings of a case on the network that its file has. */
static bool read_vectors(struct vectors *vectors, const struct verify_network *network, const json_t *one,
                         struct lacuna_error *error)
{
    const json_t *params = json_object_get(one, "params");
    *vectors = (struct vectors){ .framing = denoiser_framing(network->denoiser)->vectors,
                                 .rounding = denoiser_rounding(network->denoiser) };
    if (!read_process(&vectors->gaussian, one, "schedule", error))
        return false;
    vectors->framing.predicts_noise = !strcmp(json_text(params, "model_mean_type", "start_x"), "eps");
    vectors->framing.small_variance = !strcmp(json_text(params, "model_var_type", ""), "fixed_small");
    vectors->framing.rescaled = json_is_true(param(one, "rescale_timesteps"));
    vectors->rounds = json_is_true(param(one, "clamp"));
    vectors->rounds_to = vectors->gaussian.count - 1;
    vectors->clips = json_is_true(param(one, "clip_denoised"));
    vectors->greedy = json_is_true(param(one, "greedy"));
    vectors->eta = json_number_value(param(one, "eta"));
    return true;
}

static void set_visits(struct vectors *vectors, int first, int gap, int steps)
{
    vectors->steps = steps;
    vectors->visits = memory_new((size_t)steps, sizeof *vectors->visits);
    for (int i = 0; i < steps; i++)
        vectors->visits[i] = first - i * gap;
}

static struct denoise denoise_with(const struct verify_network *network, const struct vectors *vectors,
                                   struct workspace *workspace)
{
    struct denoise denoise = denoise_of(denoiser_framing(network->denoiser));
    denoise.session = network->session;
    denoise.sampler = sampler_find("ddim");
    denoise.vectors = vectors;
    denoise.steps = vectors->steps;
    denoise.workspace = workspace;
    return denoise;
}

/* One step at the case's t of each row of the batch, greedy or not: latents behind it, and x_0. */
struct single {
    size_t count, rows;
    double *x, *noise;
    int32_t *t;
    float *after, *start;
};

static void single_free(struct single *single)
{
    free(single->x);
    free(single->noise);
    free(single->t);
    free(single->after);
    free(single->start);
}

static bool single_read(struct single *single, const struct verify_file *file, const json_t *settings,
                        const json_t *one, struct lacuna_error *error)
{
    *single = (struct single){ 0 };
    single->x = verify_input_double(file, settings, "x_t", &single->count, error);
    single->t = single->x ? verify_input_whole(file, settings, "t", &single->rows, error) : NULL;
    single->after = memory_new(single->count, sizeof *single->after);
    single->start = memory_new(single->count, sizeof *single->start);
    if (single->t && verify_has_input(one, "noise"))
        single->noise = verify_input_double(file, one, "noise", &single->count, error);
    return single->t && (single->noise || !verify_has_input(one, "noise"));
}

static bool single_run(struct single *single, const struct verify_network *network, struct vectors *vectors,
                       struct lacuna_error *error)
{
    size_t width = width_of(network), each = single->count / single->rows;
    bool fine = true;
    for (size_t k = 0; k < single->rows && fine; k++) {
        if (single->t[k] < 0 || single->t[k] >= vectors->gaussian.count)
            return fail(error, LACUNA_MODEL, "there is no step %d", (int)single->t[k]);
        struct workspace workspace = { 0 };
        set_visits(vectors, single->t[k], 1, 1);
        struct denoise denoise = denoise_with(network, vectors, &workspace);
        struct vector_run run = { .denoise = &denoise,
                                  .noise = single->x,
                                  .step_noise = single->noise,
                                  .batch = single->rows,
                                  .row = k,
                                  .size = each / width,
                                  .width = width,
                                  .after = single->after,
                                  .start = single->start };
        fine = vector_run(&run, error);
        workspace_free(&workspace);
        free(vectors->visits);
        vectors->visits = NULL;
    }
    return fine;
}

static bool mean_variance(const struct verify_network *network, const struct verify_file *file,
                          const json_t *one, struct lacuna_error *error)
{
    struct vectors vectors;
    struct single single = { 0 };
    if (!read_vectors(&vectors, network, one, error))
        return false;
    vectors.greedy = true;
    bool fine = single_read(&single, file, one, one, error) && single_run(&single, network, &vectors, error);
    float *variance = memory_new(2 * single.rows, sizeof *variance), *log_variance = variance + single.rows;
    enum gaussian_variance kind = vectors.framing.small_variance ? VARIANCE_SMALL : VARIANCE_LARGE;
    for (size_t k = 0; k < single.rows && fine; k++) {
        variance[k] = (float)gaussian_variance(&vectors.gaussian, single.t[k], kind);
        log_variance[k] = (float)gaussian_log_variance(&vectors.gaussian, single.t[k], kind);
    }
    fine = fine && verify_expect(file, one, "pred_xstart", single.start, single.count, 2e-4, 0, error) &&
           verify_expect(file, one, "mean", single.after, single.count, 2e-4, 0, error) &&
           verify_expect(file, one, "variance", variance, single.rows, 1e-6, 0, error) &&
           verify_expect(file, one, "log_variance", log_variance, single.rows, 1e-5, 0, error);
    free(variance);
    single_free(&single);
    vectors_free(&vectors);
    return fine;
}

/* The case whose settings and latents another one uses. */
static const json_t *settings_of(const struct verify_file *file, const json_t *one)
{
    const char *name = json_text(json_object_get(one, "params"), "same_settings_as", "?");
    const json_t *other;
    size_t k;
    json_array_foreach(json_object_get(file->content, "cases"), k, other)
    {
        if (!strcmp(json_text(other, "name", ""), name))
            return other;
    }
    return NULL;
}

static bool single_step(const struct verify_network *network, const struct verify_file *file,
                        const json_t *one, bool ddim, struct lacuna_error *error)
{
    const json_t *settings = settings_of(file, one);
    struct vectors vectors;
    struct single single = { 0 };
    if (!settings)
        return fail(error, LACUNA_MODEL, "the case whose settings it uses is not there");
    if (!read_vectors(&vectors, network, settings, error))
        return false;
    vectors.ddim = ddim;
    vectors.eta = json_number_value(param(one, "eta"));
    bool fine = single_read(&single, file, settings, one, error) &&
                single_run(&single, network, &vectors, error) &&
                verify_expect(file, one, "sample", single.after, single.count, 2e-4, 0, error);
    single_free(&single);
    vectors_free(&vectors);
    return fine;
}

static bool p_sample(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                     struct lacuna_error *error)
{
    return single_step(network, file, one, false, error);
}

static bool ddim_sample(const struct verify_network *network, const struct verify_file *file,
                        const json_t *one, struct lacuna_error *error)
{
    return single_step(network, file, one, true, error);
}

/* What a loop begins with, as Diffusion-LM's cases have it or DiffuSeq's. */
struct loop {
    size_t count, places;
    double *noise, *step_noise;
    int32_t *ids, *open;
};

static void loop_free(struct loop *loop)
{
    free(loop->noise);
    free(loop->step_noise);
    free(loop->ids);
    free(loop->open);
}

static bool loop_read(struct loop *loop, const struct verify_file *file, const json_t *one, size_t width,
                      int steps, struct lacuna_error *error)
{
    const char *ids = verify_has_input(one, "partial_ids") ? "partial_ids" : "ids";
    const char *open = verify_has_input(one, "generate_mask") ? "generate_mask" : "input_mask";
    *loop = (struct loop){ 0 };
    loop->noise = verify_input_double(file, one, "noise", &loop->count, error);
    size_t all = loop->count * (size_t)steps;
    bool fine = loop->noise;
    loop->places = loop->count / width;
    if (fine && verify_has_input(one, "step_noise"))
        fine = (loop->step_noise = verify_input_double(file, one, "step_noise", &all, error));
    if (fine && verify_has_input(one, ids))
        fine = (loop->ids = verify_input_whole(file, one, ids, &loop->places, error)) &&
               (loop->open = verify_input_whole(file, one, open, &loop->places, error));
    return fine;
}

/* Tokens of latents by the model's own logits. */
static void read_tokens(const struct rounding *rounding, const float *x, size_t places, int32_t *tokens)
{
    float *logits = memory_new((size_t)rounding->vocabulary, sizeof *logits);
    for (size_t k = 0; k < places; k++) {
        rounding_logits(rounding, x + k * (size_t)rounding->width, logits);
        tokens[k] = argmax(logits, rounding->vocabulary);
    }
    free(logits);
}

static bool loop_check(const struct vectors *vectors, const struct verify_file *file, const json_t *one,
                       const struct loop *loop, const float *after, struct lacuna_error *error)
{
    size_t steps = (size_t)vectors->steps;
    int32_t *tokens = memory_new(loop->places, sizeof *tokens);
    read_tokens(vectors->rounding, after + (steps - 1) * loop->count, loop->places, tokens);
    bool fine = verify_expect(file, one, "x_steps", after, steps * loop->count, 1e-3, 0, error) &&
                verify_expect_whole(file, one, "tokens", tokens, loop->places, error);
    free(tokens);
    return fine;
}

static bool loop_run(const struct verify_network *network, const struct vectors *vectors,
                     const struct verify_file *file, const json_t *one, struct lacuna_error *error)
{
    size_t width = width_of(network), batch = 1;
    struct loop loop;
    bool fine = loop_read(&loop, file, one, width, vectors->steps, error);
    const json_t *ids = json_object_get(json_object_get(one, "inputs"), "ids");
    if (json_is_array(ids))
        batch = json_array_size(ids);
    float *after = memory_new(loop.count * (size_t)vectors->steps, sizeof *after);
    struct workspace workspace = { 0 };
    struct denoise denoise = denoise_with(network, vectors, &workspace);
    size_t size = loop.places / batch;
    for (size_t k = 0; k < batch && fine; k++) {
        struct vector_run run = { .denoise = &denoise,
                                  .ids = loop.ids ? loop.ids + k * size : NULL,
                                  .open = loop.open ? loop.open + k * size : NULL,
                                  .noise = loop.noise,
                                  .step_noise = loop.step_noise,
                                  .batch = batch,
                                  .row = k,
                                  .size = size,
                                  .width = width,
                                  .after = after };
        fine = vector_run(&run, error);
    }
    fine = fine && loop_check(vectors, file, one, &loop, after, error);
    workspace_free(&workspace);
    free(after);
    loop_free(&loop);
    return fine;
}

static bool any_loop(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                     bool ddim, struct lacuna_error *error)
{
    struct vectors vectors;
    if (!read_vectors(&vectors, network, one, error))
        return false;
    int count = vectors.gaussian.count,
        gap = param(one, "gap") ? (int)json_integer_value(param(one, "gap")) : 1;
    int turn = (int)json_integer_value(param(one, "clamp_step"));
    vectors.ddim = ddim;
    vectors.noise_everywhere = verify_has_input(one, "partial_ids");
    if (!ddim && json_is_true(param(one, "clamp_first")))
        vectors.rounds_from = turn;
    else if (!ddim && json_is_false(param(one, "clamp_first")))
        vectors.rounds_to = turn;
    set_visits(&vectors, count - 1, gap, (count + gap - 1) / gap);
    bool fine = loop_run(network, &vectors, file, one, error);
    vectors_free(&vectors);
    return fine;
}

static bool p_sample_loop(const struct verify_network *network, const struct verify_file *file,
                          const json_t *one, struct lacuna_error *error)
{
    return any_loop(network, file, one, false, error);
}

static bool ddim_sample_loop(const struct verify_network *network, const struct verify_file *file,
                             const json_t *one, struct lacuna_error *error)
{
    return any_loop(network, file, one, true, error);
}

static const struct verify_kind kinds[] = {
    { "p_mean_variance", mean_variance },
    { "p_sample", p_sample },
    { "ddim_sample", ddim_sample },
    { "p_sample_loop", p_sample_loop },
    { "p_sample_loop_infill", p_sample_loop },
    { "ddim_sample_loop", ddim_sample_loop },
    { "network_forward", forward },
    { "get_logits", logits },
    { "clamp_to_nearest_embedding", nearest },
    { "q_sample_masked", partial_noise },
    { "beta_schedule", beta_schedule },
    { "q_sample", q_sample },
    { "q_posterior_mean_variance", q_posterior },
    { 0 },
};

static void run(struct verify_file *file)
{
    verify_run_kinds(file, kinds);
}

const struct verify_system verify_system_gaussian = { .name = "gaussian", .knows = knows, .run = run };
