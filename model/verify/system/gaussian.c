/* Diffusion-LM and DiffuSeq: noise schedules, network, rounding, steps and loops of the original
 * implementations. */
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/diffusion/beta.h"
#include "model/diffusion/gaussian.h"
#include "model/network/rounding.h"
#include "model/verify/expect.h"
#include "model/verify/forward.h"

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

static const struct verify_kind kinds[] = {
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
