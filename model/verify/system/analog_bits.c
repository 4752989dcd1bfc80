/* Analog Bits: bit codes, noise levels and samplers of the original implementation. Images [batch, channel,
 * height, width] are tokens of 8 bits, one a pixel and channel. */
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/diffusion/bits.h"
#include "model/network/codes.h"
#include "model/verify/expect.h"
#include "model/verify/forward.h"

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

static const struct verify_kind kinds[] = {
    { "decimal_to_bits", write_bits },
    { "bits_to_decimal", read_bits },
    { "log_snr", levels },
    { "q_sample", noised },
    { 0 },
};

static void run(struct verify_file *file)
{
    verify_run_kinds_alone(file, kinds);
}

const struct verify_system verify_system_analog_bits = { .name = "analog-bits", .knows = knows, .run = run };
