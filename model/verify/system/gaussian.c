/* Diffusion-LM and DiffuSeq: noise schedules, network, rounding, steps and loops of the original
 * implementations. */
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/diffusion/beta.h"
#include "model/diffusion/gaussian.h"
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

static const struct verify_kind kinds[] = {
    { "beta_schedule", beta_schedule },
    { "q_sample", q_sample },
    { "q_posterior_mean_variance", q_posterior },
    { 0 },
};

static void run(struct verify_file *file)
{
    verify_run_kinds_alone(file, kinds);
}

const struct verify_system verify_system_gaussian = { .name = "gaussian", .knows = knows, .run = run };
