/* Analog Bits: bit codes, noise levels and samplers of the original implementation. Images [batch, channel,
 * height, width] are tokens of 8 bits, one a pixel and channel. */
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/diffusion/bits.h"
#include "model/network/codes.h"
#include "model/verify/expect.h"
#include "model/verify/forward.h"
#include "model/verify/vector_runs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BITS = 8 };

static bool knows(const struct verify_file *file)
{
    return !strcmp(json_text(file->content, "system", ""), "analog-bits");
}

/* Where bit b of a token lies in [batch, channel · BITS, height · width]. */
static size_t bit_place(size_t token, size_t pixels, int b)
{
    return (token / pixels * BITS + (size_t)b) * pixels + token % pixels;
}

/* height · width of the first input of a case. */
static bool read_pixels(const struct verify_file *file, const json_t *one, const char *name, size_t *pixels,
                        struct lacuna_error *error)
{
    struct verify_values values;
    if (!verify_values_read(&values, file, json_object_get(json_object_get(one, "inputs"), name), error))
        return false;
    bool image = values.rank == 4 && values.count;
    *pixels = image ? (size_t)(values.shape[2] * values.shape[3]) : 0;
    verify_values_free(&values);
    return image || fail(error, LACUNA_MODEL, "%s is no batch of images", name);
}

static bool write_bits(const struct verify_network *network, const struct verify_file *file,
                       const json_t *one, struct lacuna_error *error)
{
    (void)network;
    size_t count = 0, pixels;
    if (!read_pixels(file, one, "x", &pixels, error))
        return false;
    float *x = verify_input(file, one, "x", &count, error), *bits = memory_new(count * BITS, sizeof *bits);
    for (size_t token = 0; x && token < count; token++) {
        float code[BITS];
        bits_write((int32_t)fminf(fmaxf(x[token], 0) * 255, 255), BITS, 1, code);
        for (int b = 0; b < BITS; b++)
            bits[bit_place(token, pixels, b)] = code[b];
    }
    bool fine = x && verify_expect(file, one, "bits", bits, count * BITS, 0, 0, error);
    free(x);
    free(bits);
    return fine;
}

/* Tokens of bits [count · BITS] as shares of 255. */
static float *read_images(const float *bits, size_t count, size_t pixels)
{
    float *x = memory_new(count, sizeof *x);
    for (size_t token = 0; token < count; token++) {
        float code[BITS];
        for (int b = 0; b < BITS; b++)
            code[b] = bits[bit_place(token, pixels, b)];
        x[token] = (float)bits_read(code, BITS) / 255;
    }
    return x;
}

static bool read_bits(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                      struct lacuna_error *error)
{
    (void)network;
    size_t count = 0, pixels;
    if (!read_pixels(file, one, "bits", &pixels, error))
        return false;
    float *bits = verify_input(file, one, "bits", &count, error);
    float *x = bits ? read_images(bits, count / BITS, pixels) : NULL;
    bool fine = x && verify_expect(file, one, "x", x, count / BITS, 1e-7, 0, error);
    free(bits);
    free(x);
    return fine;
}

static const struct log_snr *schedule_of(const json_t *one, struct lacuna_error *error)
{
    const char *name = json_text(json_object_get(one, "params"), "schedule", "?");
    const struct log_snr *schedule = log_snr_find(name);
    if (!schedule)
        fail(error, LACUNA_MODEL, "there is no noise schedule %s", name);
    return schedule;
}

static bool levels(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                   struct lacuna_error *error)
{
    (void)network;
    const struct log_snr *schedule = schedule_of(one, error);
    size_t count = 0;
    float *t = schedule ? verify_input(file, one, "t", &count, error) : NULL;
    float *level = memory_new(3 * count, sizeof *level), *alpha = level + count, *sigma = alpha + count;
    for (size_t k = 0; t && k < count; k++) {
        level[k] = schedule->at(t[k]);
        alpha[k] = log_snr_alpha(level[k]);
        sigma[k] = log_snr_sigma(level[k]);
    }
    bool fine = t && verify_expect(file, one, "log_snr", level, count, 1e-5, 1e-5, error) &&
                verify_expect(file, one, "alpha", alpha, count, 1e-5, 1e-5, error) &&
                verify_expect(file, one, "sigma", sigma, count, 1e-5, 1e-5, error);
    free(t);
    free(level);
    return fine;
}

static bool noised(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                   struct lacuna_error *error)
{
    (void)network;
    const struct log_snr *schedule = schedule_of(one, error);
    size_t count = 0, batch = 0;
    float *bits = schedule ? verify_input(file, one, "bits", &count, error) : NULL;
    float *noise = bits ? verify_input(file, one, "noise", &count, error) : NULL;
    float *t = noise ? verify_input(file, one, "t", &batch, error) : NULL;
    float scale = (float)json_number_value(json_object_get(json_object_get(one, "params"), "bit_scale"));
    for (size_t k = 0; t && k < batch; k++)
        bits_noise(schedule->at(t[k]), scale, bits + k * (count / batch), noise + k * (count / batch),
                   count / batch);
    bool fine = t && verify_expect(file, one, "x_t", bits, count, 1e-5, 1e-5, error);
    free(bits);
    free(noise);
    free(t);
    return fine;
}

/* ---- samplers: the product's process and loop with the closed form that stands for a network */

struct closed_form {
    float a, b, c, gain;
    float *levels; /* as they were told, one a step */
    int steps;
};

/* x_0 = gain tanh(a x + b (x_0 of the step before) + c level / 20) */
static bool predict(void *user, const struct rows *branches, int branch_count, float *logits)
{
    (void)logits;
    const struct vector_recorder *recorder = user;
    struct closed_form *form = (struct closed_form *)recorder->run->parameters;
    for (int i = 0; i < branch_count; i++) {
        const struct rows *rows = &branches[i];
        form->levels[form->steps++] = rows->time;
        for (int place = 0; place < rows->count; place++)
            for (int k = 0; k < BITS; k++) {
                const float *x = rows->vectors + 2 * (place * BITS) + k;
                rows->predicted[place * BITS + k] =
                    form->gain * tanhf(form->a * x[0] + form->b * x[BITS] + form->c * rows->time / 20);
            }
    }
    return true;
}

/* [blocks, BITS, pixels] to [blocks, pixels, BITS], and back. */
static void transpose(const double *from, size_t count, size_t pixels, double *to)
{
    for (size_t i = 0; i < count; i++) {
        size_t token = i / BITS;
        to[i] = from[bit_place(token, pixels, (int)(i % BITS))];
    }
}

static void transpose_back(const float *from, size_t count, size_t pixels, float *to)
{
    for (size_t i = 0; i < count; i++)
        to[bit_place(i / BITS, pixels, (int)(i % BITS))] = from[i];
}

/* A recorded array of images as tokens; NULL: error. */
static double *read_noise(const struct verify_file *file, const json_t *one, const char *name, size_t *count,
                          size_t pixels, struct lacuna_error *error)
{
    double *images = verify_input_double(file, one, name, count, error);
    if (!images)
        return NULL;
    double *tokens = memory_new(*count, sizeof *tokens);
    transpose(images, *count, pixels, tokens);
    free(images);
    return tokens;
}

static float number(const json_t *one, const char *name)
{
    return (float)json_number_value(json_object_get(json_object_get(one, "params"), name));
}

static bool samples_check(const struct verify_file *file, const json_t *one, const struct vector_run *run,
                          const struct closed_form *form, size_t pixels, struct lacuna_error *error)
{
    size_t steps = (size_t)run->denoise->steps, each = run->size * BITS, all = steps * each;
    float *before = memory_new(all, sizeof *before), *last = memory_new(each, sizeof *last);
    transpose_back(run->before, all, pixels, before);
    transpose_back(run->after + all - each, each, pixels, last);
    float *images = read_images(last, run->size, pixels);
    int32_t *bytes = memory_new(run->size, sizeof *bytes);
    for (size_t i = 0; i < run->size; i++)
        bytes[i] = (int32_t)lroundf(images[i] * 255);
    bool fine = verify_expect(file, one, "x_before_step", before, all, 1e-3, 0, error) &&
                verify_expect(file, one, "log_snr", form->levels, steps, 1e-5, 1e-5, error) &&
                verify_expect(file, one, "final_decimal", images, run->size, 1e-7, 0, error) &&
                verify_expect_whole(file, one, "final_bytes", bytes, run->size, error);
    free(before);
    free(last);
    free(images);
    free(bytes);
    return fine;
}

static bool run_images(const struct verify_file *file, const json_t *one, const struct vectors *vectors,
                       struct lacuna_error *error)
{
    size_t count = 0, pixels, steps = (size_t)vectors->steps;
    if (!read_pixels(file, one, "init_noise", &pixels, error))
        return false;
    struct framing framing = { .vocabulary = 1 << BITS,
                               .mask = -1,
                               .process = "analog_bits",
                               .schedule = "linear",
                               .prediction = "logits",
                               .time = TIME_KIND_PROCESS };
    struct workspace workspace = { 0 };
    struct denoise denoise = denoise_of(&framing);
    denoise.predict = predict;
    denoise.sampler = sampler_find("ddim");
    denoise.vectors = vectors;
    denoise.steps = vectors->steps;
    denoise.workspace = &workspace;
    double *noise = read_noise(file, one, "init_noise", &count, pixels, error), *step_noise = NULL;
    size_t all = count * steps;
    if (noise && verify_has_input(one, "step_noise"))
        step_noise = read_noise(file, one, "step_noise", &all, pixels, error);
    float *latents = memory_new(2 * all + steps, sizeof *latents);
    struct closed_form form = { number(one, "denoiser_a"), number(one, "denoiser_b"),
                                number(one, "denoiser_c"), number(one, "denoiser_gain"),
                                latents + 2 * all,         0 };
    struct vector_run run = { .denoise = &denoise,
                              .noise = noise,
                              .step_noise = step_noise,
                              .batch = 1,
                              .size = count / BITS,
                              .width = BITS,
                              .parameters = &form,
                              .before = latents,
                              .after = latents + all };
    bool fine = noise && (step_noise || !verify_has_input(one, "step_noise")) && vector_run(&run, error) &&
                samples_check(file, one, &run, &form, pixels, error);
    workspace_free(&workspace);
    free(noise);
    free(step_noise);
    free(latents);
    return fine;
}

static bool sample(const struct verify_file *file, const json_t *one, bool ddim, struct lacuna_error *error)
{
    float scale = number(one, "bit_scale");
    int64_t steps = json_integer_value(json_object_get(json_object_get(one, "params"), "timesteps"));
    const struct log_snr *schedule = schedule_of(one, error);
    if (!schedule || steps < 1 || steps > 1 << 16 || !(scale > 0))
        return schedule ? fail(error, LACUNA_MODEL, "there are no such steps or bits") : false;
    float *rows = memory_new((size_t)BITS << BITS, sizeof *rows);
    for (int32_t id = 0; id < 1 << BITS; id++)
        bits_write(id, BITS, scale, rows + id * BITS);
    struct rounding rounding = rounding_new(rows, NULL, 1 << BITS, BITS, true);
    struct vectors vectors = { .framing = { .width = BITS, .self_conditioned = true, .scale = scale },
                               .rounding = &rounding,
                               .steps = (int)steps,
                               .ddim = ddim,
                               .log_snr = schedule,
                               .time_difference = number(one, "time_difference") };
    bool fine = run_images(file, one, &vectors, error);
    rounding_free(&rounding);
    free(rows);
    return fine;
}

static bool ddim_sample(const struct verify_network *network, const struct verify_file *file,
                        const json_t *one, struct lacuna_error *error)
{
    (void)network;
    return sample(file, one, true, error);
}

static bool ddpm_sample(const struct verify_network *network, const struct verify_file *file,
                        const json_t *one, struct lacuna_error *error)
{
    (void)network;
    return sample(file, one, false, error);
}

static const struct verify_kind kinds[] = {
    { "decimal_to_bits", write_bits },
    { "bits_to_decimal", read_bits },
    { "log_snr", levels },
    { "ddim_sample", ddim_sample },
    { "ddpm_sample", ddpm_sample },
    { "q_sample", noised },
    { 0 },
};

static void run(struct verify_file *file)
{
    verify_run_kinds_alone(file, kinds);
}

const struct verify_system verify_system_analog_bits = { .name = "analog-bits", .knows = knows, .run = run };
