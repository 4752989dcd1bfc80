/* Dream: logits and the residual stream of the original network, what its filters leave of a distribution,
 * how sure it is of a piece. */
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/verify/replay.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double absolute = 2e-4;

static bool knows(const struct verify_file *file)
{
    return !strcmp(json_text(file->content, "system", ""), "dream");
}

/* Row i of the shifted logits is row i - 1 of the plain ones, and the first is the first: what
 * denoiser_forward gives. */
static bool shifted(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                    struct lacuna_error *error)
{
    json_t *outputs = json_object_get(one, "outputs"), *shift = json_object_get(outputs, "shifted_logits");
    if (!shift)
        return true;
    json_t *as_logits =
        json_pack("{s:O, s:{s:O}}", "inputs", json_object_get(one, "inputs"), "outputs", "logits", shift);
    bool fine = verify_logits_shifted(network, file, as_logits, absolute, error);
    json_decref(as_logits);
    return fine;
}

static bool forward(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                    struct lacuna_error *error)
{
    return verify_logits(network, file, one, absolute, error) && shifted(network, file, one, error);
}

/* inputs.logits [rows, vocabulary] as the log-probabilities that a piece is drawn from. */
struct tempered {
    float *rows;
    size_t count, vocabulary;
};

static bool tempered_read(struct tempered *tempered, const struct verify_file *file, const json_t *one,
                          struct lacuna_error *error)
{
    const json_t *params = json_object_get(one, "params");
    struct nucleus nucleus = { .top_p = json_number_value(json_object_get(params, "top_p")),
                               .top_k = (int)json_integer_value(json_object_get(params, "top_k")) };
    struct verify_values logits;
    if (!verify_values_read(&logits, file, json_object_get(json_object_get(one, "inputs"), "logits"), error))
        return false;
    if (logits.rank != 2 || !logits.count) {
        verify_values_free(&logits);
        return fail(error, LACUNA_MODEL, "logits are no rows");
    }
    tempered->count = (size_t)logits.shape[0];
    tempered->vocabulary = (size_t)logits.shape[1];
    tempered->rows = memory_new(logits.count, sizeof *tempered->rows);
    float *room = memory_new(tempered->vocabulary, sizeof *room);
    for (size_t k = 0; k < logits.count; k++)
        tempered->rows[k] = (float)logits.at[k];
    for (size_t row = 0; row < tempered->count; row++)
        temper(tempered->rows + row * tempered->vocabulary, (int32_t)tempered->vocabulary,
               json_number_value(json_object_get(params, "temperature")), &nucleus, room);
    free(room);
    verify_values_free(&logits);
    return true;
}

static bool limits(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                   struct lacuna_error *error)
{
    (void)network;
    struct tempered tempered;
    if (!tempered_read(&tempered, file, one, error))
        return false;
    size_t count = tempered.count * tempered.vocabulary;
    for (size_t k = 0; k < count; k++)
        tempered.rows[k] = expf(tempered.rows[k]);
    bool fine = verify_output(file, one, "probs", tempered.rows, count, 1e-4, 1e-4, error);
    free(tempered.rows);
    return fine;
}

static const struct sampler *sampler_of(const json_t *params)
{
    if (json_is_true(json_object_get(params, "margin_confidence")))
        return sampler_find("topk_margin");
    return sampler_find(json_is_true(json_object_get(params, "neg_entropy")) ? "entropy" : "maskgit_plus");
}

static bool sample_tokens(const struct verify_network *network, const struct verify_file *file,
                          const json_t *one, struct lacuna_error *error)
{
    (void)network;
    const struct sampler *sampler = sampler_of(json_object_get(one, "params"));
    struct tempered tempered;
    if (!tempered_read(&tempered, file, one, error))
        return false;
    float *confidence = memory_new(tempered.count, sizeof *confidence),
          *tokens = memory_new(tempered.count, sizeof *tokens);
    for (size_t k = 0; k < tempered.count; k++) {
        const float *row = tempered.rows + k * tempered.vocabulary;
        struct guess guess = { .token = argmax(row, (int32_t)tempered.vocabulary) };
        guess.probability = exp(row[guess.token]);
        distribution_shape(row, (int32_t)tempered.vocabulary, &guess.margin, &guess.entropy);
        confidence[k] = (float)sampler->rank(&guess);
        tokens[k] = (float)guess.token;
    }
    bool fine = verify_output(file, one, "x0", tokens, tempered.count, 0, 0, error) &&
                verify_output(file, one, "confidence", confidence, tempered.count, 1e-4, 1e-4, error);
    free(confidence);
    free(tokens);
    free(tempered.rows);
    return fine;
}

static double number_of(const json_t *one, const char *key)
{
    return json_number_value(json_object_get(json_object_get(one, "params"), key));
}

static bool generate(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                     struct lacuna_error *error)
{
    struct replay replay;
    const char *name = json_text(json_object_get(one, "params"), "alg", "origin");
    bool fine = replay_open(&replay, network, file, one, "prompt", (int)number_of(one, "max_new_tokens"),
                            true, error);
    if (fine) {
        struct denoise *denoise = &replay.denoise;
        denoise->sampler = sampler_find(name);
        denoise->steps = (int)number_of(one, "steps");
        denoise->end = denoise->sampler && denoise->sampler->end > 0 ? number_of(one, "eps") : 0;
        denoise->settings.threshold = number_of(one, "threshold");
        denoise->settings.nucleus =
            (struct nucleus){ .top_p = number_of(one, "top_p"), .top_k = (int)number_of(one, "top_k") };
        for (int row = 0; row < replay.batch; row++)
            replay.rows[row].sequence.heat = number_of(one, "temperature");
        fine = denoise->sampler || fail(error, LACUNA_MODEL, "there is no sampler %s", name);
    }
    fine = fine && replay_draws(&replay, DRAW_RANK, "u_transfer", error) &&
           replay_draws(&replay, DRAW_PIECE, "u_token", error) && replay_run(&replay, error) &&
           replay_states(&replay, error) && replay_final(&replay, error);
    replay_close(&replay);
    return fine;
}

static const struct verify_kind kinds[] = {
    { "diffusion_generate", generate }, { "forward", forward },
    { "top_p_logits", limits },         { "top_k_logits", limits },
    { "sample_tokens", sample_tokens }, { 0 },
};

static void run(struct verify_file *file)
{
    verify_run_kinds(file, kinds);
}

const struct verify_system verify_system_dream = { .name = "dream", .knows = knows, .run = run };
