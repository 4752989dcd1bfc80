#include "model/verify/rates.h"

#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/diffusion/denoise.h"
#include "model/diffusion/logits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A name of the originals and ours. */
struct alias {
    const char *theirs, *ours;
};
static const struct alias schedules[] = { { "loglinear", "log_linear" },     { "geometric", "geometric" },
                                          { "linear", "linear_sigma" },      { "cosine", "cosine_alpha" },
                                          { "cosinesqr", "cosine_squared" }, { 0 } };
static const struct alias predictions[] = {
    { "subs", "subs" }, { "d3pm", "logits" }, { "sedd", "scaled_score" }, { 0 }
};
static const struct alias graphs[] = { { "absorb", "absorbing" }, { "uniform", "uniform" }, { 0 } };

static const char *ours(const struct alias *aliases, const char *theirs)
{
    for (; aliases->theirs; aliases++)
        if (strcmp(aliases->theirs, theirs) == 0)
            return aliases->ours;
    return "";
}

/* ---- tables */

bool verify_noise_table(const struct verify_network *network, const struct verify_file *file,
                        const json_t *one, struct lacuna_error *error)
{
    (void)network;
    const json_t *params = json_object_get(one, "params");
    struct noise_schedule schedule = {
        .kind = schedule_find(ours(schedules, json_text(params, "type", ""))),
        .range = { .sigma_min = json_number_value(json_object_get(params, "sigma_min")),
                   .sigma_max = json_number_value(json_object_get(params, "sigma_max")),
                   .least = json_number_value(json_object_get(params, "eps")) }
    };
    struct verify_values t;
    if (!schedule.kind)
        return fail(error, LACUNA_MODEL, "there is no such schedule");
    if (!verify_values_read(&t, file, json_object_get(json_object_get(one, "inputs"), "t"), error))
        return false;
    float *total = memory_new(2 * t.count, sizeof *total), *rate = total + t.count;
    for (size_t k = 0; k < t.count; k++) {
        total[k] = (float)schedule_sigma(&schedule, t.at[k]);
        rate[k] = (float)schedule_noise_rate(&schedule, t.at[k]);
    }
    /* Cancellation near t = 1 leaves the originals three digits of what is left there. */
    bool fine = verify_output(file, one, "total", total, t.count, 1e-5, 1e-5, error) &&
                verify_output(file, one, "rate", rate, t.count, 1e-3, 1e-3, error);
    free(total);
    verify_values_free(&t);
    return fine;
}

/* ---- the process */

struct column {
    const char *key;
    void (*rate)(const struct process_noise *noise, int32_t id, float *row);
    void (*transition)(const struct process_noise *noise, int32_t id, double sigma, float *row);
};

bool verify_graph(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                  struct lacuna_error *error)
{
    (void)network;
    const json_t *params = json_object_get(one, "params"), *inputs = json_object_get(one, "inputs"),
                 *outputs = json_object_get(one, "outputs");
    const struct process *process = process_find(ours(graphs, json_text(params, "graph", "")));
    int32_t vocabulary = (int32_t)json_integer_value(json_object_get(params, "dim"));
    struct verify_values x = { 0 }, sigma = { 0 };
    bool fine = process ? verify_values_read(&x, file, json_object_get(inputs, "x"), error) &&
                              verify_values_read(&sigma, file, json_object_get(inputs, "sigma"), error)
                        : fail(error, LACUNA_MODEL, "there is no such process");
    if (fine && (!sigma.count || x.count % sigma.count || vocabulary < 2 || vocabulary > 1 << 20))
        fine = fail(error, LACUNA_MODEL, "the shapes of x and sigma do not go together");
    struct process_noise noise = { .mask = process && process->moves ? -1 : vocabulary - 1,
                                   .vocabulary = vocabulary };
    const struct column columns[] = {
        { "rate", fine ? process->rate : NULL, NULL },
        { "transp_rate", fine ? process->rate_into : NULL, NULL },
        { "transition", NULL, fine ? process->transition : NULL },
        { "transp_transition", NULL, fine ? process->transition_into : NULL },
    };
    size_t width = (size_t)vocabulary, each = fine ? x.count / sigma.count : 1;
    float *rows = memory_new(fine ? x.count * width : 1, sizeof *rows);
    for (size_t c = 0; fine && c < sizeof columns / sizeof *columns; c++) {
        if (!json_object_get(outputs, columns[c].key))
            continue;
        for (size_t k = 0; k < x.count; k++) {
            int32_t id = (int32_t)x.at[k];
            if (columns[c].rate)
                columns[c].rate(&noise, id, rows + k * width);
            else
                columns[c].transition(&noise, id, sigma.at[k / each], rows + k * width);
        }
        fine = verify_output(file, one, columns[c].key, rows, x.count * width, 1e-6, 1e-5, error);
    }
    free(rows);
    verify_values_free(&x);
    verify_values_free(&sigma);
    return fine;
}

bool verify_categorical(const struct verify_network *network, const struct verify_file *file,
                        const json_t *one, struct lacuna_error *error)
{
    (void)network;
    const json_t *inputs = json_object_get(one, "inputs");
    struct verify_values probs = { 0 }, u = { 0 };
    bool fine = verify_values_read(&probs, file, json_object_get(inputs, "probs"), error) &&
                verify_values_read(&u, file, json_object_get(inputs, "u"), error);
    if (fine && (probs.rank < 1 || !probs.count || u.count != probs.count))
        fine = fail(error, LACUNA_MODEL, "u has not the shape of probs");
    size_t width = fine ? (size_t)probs.shape[probs.rank - 1] : 1, count = fine ? probs.count / width : 0;
    float *row = memory_new(width, sizeof *row), *got = memory_new(count, sizeof *got);
    struct draws_list list = { .at = u.at, .count = u.count };
    struct draws draws = draws_recorded(&list);
    for (size_t k = 0; k < count; k++) {
        for (size_t v = 0; v < width; v++)
            row[v] = (float)probs.at[k * width + v];
        race_weights(row, (int32_t)width, &draws);
        got[k] = (float)argmax(row, (int32_t)width);
    }
    fine = fine && verify_output(file, one, "sample", got, count, 0, 0, error);
    free(row);
    free(got);
    verify_values_free(&probs);
    verify_values_free(&u);
    return fine;
}

/* ---- predictions */

bool verify_rates_denoise(struct denoise *denoise, struct framing *framing, struct workspace *workspace,
                          const struct verify_network *network, const json_t *params, const char *sampler,
                          struct lacuna_error *error)
{
    *framing = *denoiser_framing(network->denoiser);
    const json_t *told = json_object_get(params, "time_conditioning");
    const char *prediction = json_text(params, "parameterization", NULL);
    if (told)
        framing->time = json_is_true(told) ? TIME_KIND_SIGMA : TIME_KIND_NONE;
    if (prediction)
        framing->prediction = ours(predictions, prediction);
    *denoise = denoise_of(framing);
    denoise->session = network->session;
    denoise->sampler = sampler_find(sampler);
    denoise->workspace = workspace;
    return (denoise->prediction && denoise->sampler) ||
           fail(error, LACUNA_MODEL, "there is no such parameterization or sampler");
}

bool verify_prediction(const struct verify_network *network, const struct verify_file *file,
                       const json_t *one, struct verify_reading reading, struct lacuna_error *error)
{
    const json_t *inputs = json_object_get(one, "inputs");
    const struct prediction *prediction = prediction_find(reading.prediction);
    struct framing framing = *denoiser_framing(network->denoiser);
    struct process_noise noise = { .mask = framing.mask, .vocabulary = framing.vocabulary };
    struct verify_values x = { 0 }, sigma = { 0 };
    bool told = json_is_true(json_object_get(json_object_get(one, "params"), "time_conditioning"));
    bool fine = verify_values_read(&x, file, json_object_get(inputs, "x"), error) &&
                verify_values_read(&sigma, file, json_object_get(inputs, "sigma"), error);
    if (fine && (x.rank != 2 || sigma.count != (size_t)x.shape[0]))
        fine = fail(error, LACUNA_MODEL, "the shapes of x and sigma do not go together");
    size_t length = fine ? (size_t)x.shape[1] : 0, width = (size_t)framing.vocabulary;
    float *rows = memory_new(x.count * width, sizeof *rows);
    int32_t *ids = memory_new(length, sizeof *ids), *positions = memory_new(length, sizeof *positions);
    int *wanted = memory_new(length, sizeof *wanted);
    for (size_t b = 0; fine && b < sigma.count; b++) {
        for (size_t i = 0; i < length; i++) {
            ids[i] = (int32_t)x.at[b * length + i];
            positions[i] = wanted[i] = (int)i;
        }
        struct rows call = { .ids = ids,
                             .positions = positions,
                             .count = (int)length,
                             .wanted = wanted,
                             .wanted_count = (int)length,
                             .time = told ? (float)sigma.at[b] : 0 };
        float *out = rows + b * length * width;
        fine = denoiser_forward(network->session, &call, NULL, out, NULL, error);
        for (size_t i = 0; fine && i < length; i++)
            prediction->read(&noise, reading.as_noise ? noise.mask : ids[i], sigma.at[b], out + i * width);
    }
    fine = fine && verify_output(file, one, reading.key, rows, x.count * width, 2e-4, 1e-6, error);
    free(rows);
    free(ids);
    free(positions);
    free(wanted);
    verify_values_free(&x);
    verify_values_free(&sigma);
    return fine;
}
