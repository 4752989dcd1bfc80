/* LLaDA: logits and the residual stream of the original network, with and without padding; how many places a
 * step reveals; the likelihood of an answer; whole runs, those of Fast-dLLM too. */
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/diffusion/rules.h"
#include "model/diffusion/likelihood.h"
#include "model/verify/replay.h"

#include <stdlib.h>
#include <string.h>

static bool knows(const struct verify_file *file)
{
    return !strcmp(json_text(file->content, "system", ""), "llada");
}

static bool forward(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                    struct lacuna_error *error)
{
    return verify_logits(network, file, one, 2e-4, error);
}

static bool counts(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                   struct lacuna_error *error)
{
    (void)network;
    int steps = (int)json_integer_value(json_object_get(json_object_get(one, "params"), "steps"));
    const json_t *masks = json_object_get(json_object_get(one, "inputs"), "mask_count"), *mask;
    size_t row, at = 0, rows = json_array_size(masks);
    if (steps < 1 || steps > 4096 || rows > 4096)
        return fail(error, LACUNA_MODEL, "%d steps are too few or too many", steps);
    float *got = memory_new(rows * (size_t)steps, sizeof *got);
    json_array_foreach(masks, row, mask)
    {
        struct sampler_step step = { .total = (int)json_integer_value(mask), .steps = steps };
        for (step.step = 1; step.step <= steps; step.step++)
            got[at++] = (float)count_even(&step);
    }
    bool fine = verify_output(file, one, "num_transfer_tokens", got, at, 0, 0, error);
    free(got);
    return fine;
}

/* The numbers of a likelihood: [rounds, batch, length] masked copies, the share of each that is masked. */
struct copies {
    struct verify_values prompt, answer, perturbed, shares;
    size_t count, length;
};

static void copies_free(struct copies *copies)
{
    verify_values_free(&copies->prompt);
    verify_values_free(&copies->answer);
    verify_values_free(&copies->perturbed);
    verify_values_free(&copies->shares);
}

static bool copies_read(struct copies *copies, const struct verify_file *file, const json_t *one,
                        struct lacuna_error *error)
{
    const json_t *inputs = json_object_get(one, "inputs");
    if (!verify_values_read(&copies->prompt, file, json_object_get(inputs, "prompt"), error) ||
        !verify_values_read(&copies->answer, file, json_object_get(inputs, "answer"), error) ||
        !verify_values_read(&copies->perturbed, file, json_object_get(inputs, "perturbed"), error) ||
        !verify_values_read(&copies->shares, file, json_object_get(inputs, "mask_ratio"), error))
        return false;
    copies->count = copies->shares.count;
    copies->length = copies->prompt.count + copies->answer.count;
    return (copies->count && copies->perturbed.count == copies->count * copies->length) ||
           fail(error, LACUNA_MODEL, "perturbed has not the shape of mask_ratio, prompt and answer");
}

/* The prompt is the condition, its masks in its stead the other branch; the canvas is the answer. */
static bool likelihood_run(const struct verify_network *network, const struct copies *copies, double scale,
                           double *nats, struct lacuna_error *error)
{
    size_t prompt = copies->prompt.count, answer = copies->answer.count;
    const struct framing *framing = denoiser_framing(network->denoiser);
    int32_t *with = memory_new(3 * prompt + answer, sizeof *with), *without = with + prompt,
            *positions = without + prompt, *truth = positions + prompt;
    for (size_t i = 0; i < prompt; i++) {
        with[i] = (int32_t)copies->prompt.at[i];
        without[i] = framing->mask;
        positions[i] = (int32_t)i;
    }
    for (size_t i = 0; i < answer; i++)
        truth[i] = (int32_t)copies->answer.at[i];
    struct masked *texts = memory_new(copies->count, sizeof *texts);
    for (size_t k = 0; k < copies->count; k++) {
        texts[k] = (struct masked){ .sequence.canvas = canvas_new((int)answer, (int)prompt),
                                    .truth = truth,
                                    .share = copies->shares.at[k] };
        struct canvas *canvas = &texts[k].sequence.canvas;
        for (size_t i = 0; i < answer; i++) {
            canvas->ids[i] = (int32_t)copies->perturbed.at[k * copies->length + prompt + i];
            canvas->open[i] = canvas->ids[i] == framing->mask;
        }
    }
    struct workspace workspace = { 0 };
    struct denoise denoise = denoise_of(framing);
    denoise.session = network->session;
    denoise.guidance = (struct guidance){ .condition = { with, without, positions, (int)prompt },
                                          .scale = scale,
                                          .active = scale != 1 };
    denoise.workspace = &workspace;
    bool fine = likelihood_look(&denoise, texts, (int)copies->count, error);
    *nats = 0;
    for (size_t k = 0; k < copies->count; k++) {
        *nats += texts[k].nats / (double)copies->count;
        canvas_free(&texts[k].sequence.canvas);
    }
    workspace_free(&workspace);
    free(texts);
    free(with);
    return fine;
}

static bool likelihood(const struct verify_network *network, const struct verify_file *file,
                       const json_t *one, struct lacuna_error *error)
{
    struct copies copies = { 0 };
    double scale = 1 + json_number_value(json_object_get(json_object_get(one, "params"), "cfg_scale")), nats;
    bool fine =
        copies_read(&copies, file, one, error) && likelihood_run(network, &copies, scale, &nats, error);
    copies_free(&copies);
    float got = fine ? (float)-nats : 0;
    return fine && verify_output(file, one, "log_likelihood", &got, 1, 2e-4, 1e-5, error);
}

/* ---- runs */

static double number_of(const json_t *one, const char *key)
{
    return json_number_value(json_object_get(json_object_get(one, "params"), key));
}

/* `steps` are those of all blocks together. A threshold of null is none. */
static void set_run(struct replay *replay, const char *sampler)
{
    const json_t *threshold = json_object_get(json_object_get(replay->one, "params"), "threshold");
    replay->denoise.sampler = sampler_find(sampler);
    replay->denoise.steps = (int)number_of(replay->one, "steps");
    replay->denoise.settings =
        (struct sampler_settings){ .block_length = (int)number_of(replay->one, "block_length"),
                                   .threshold =
                                       json_is_number(threshold) ? json_number_value(threshold) : -1 };
    for (int row = 0; row < replay->batch; row++)
        replay->rows[row].sequence.heat = number_of(replay->one, "temperature");
}

static bool generate(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                     struct lacuna_error *error)
{
    struct replay replay;
    bool random = !strcmp(json_text(json_object_get(one, "params"), "remasking", ""), "random");
    bool fine =
        replay_open(&replay, network, file, one, "prompt", (int)number_of(one, "gen_length"), true, error);
    if (fine) {
        set_run(&replay, random ? "random" : "low_confidence");
        replay_guide(&replay, 1 + number_of(one, "cfg_scale"));
    }
    fine = fine && replay_draws(&replay, DRAW_PIECE, "u", error) &&
           replay_draws(&replay, DRAW_RANK, "u_remask", error) && replay_run(&replay, error) &&
           replay_states(&replay, error);
    replay_close(&replay);
    return fine;
}

static bool fast_generate(const struct verify_network *network, const struct verify_file *file,
                          const json_t *one, const char *sampler, struct lacuna_error *error)
{
    struct replay replay;
    bool fine =
        replay_open(&replay, network, file, one, "prompt", (int)number_of(one, "gen_length"), true, error);
    if (fine)
        set_run(&replay, sampler);
    fine = fine && replay_run(&replay, error) && replay_final(&replay, error);
    int calls = (int)json_integer_value(json_object_get(json_object_get(one, "outputs"), "forward_calls"));
    fine = fine && (replay.steps == calls ||
                    fail(error, LACUNA_MODEL, "the network ran %d times, expected %d", replay.steps, calls));
    replay_close(&replay);
    return fine;
}

static bool fast_plain(const struct verify_network *network, const struct verify_file *file,
                       const json_t *one, struct lacuna_error *error)
{
    return fast_generate(network, file, one, "threshold", error);
}

static bool fast_prefix(const struct verify_network *network, const struct verify_file *file,
                        const json_t *one, struct lacuna_error *error)
{
    return fast_generate(network, file, one, "prefix_cache", error);
}

static bool fast_dual(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                      struct lacuna_error *error)
{
    return fast_generate(network, file, one, "dual_cache", error);
}

static const struct verify_kind kinds[] = {
    { "generate", generate },
    { "fast_dllm_generate", fast_plain },
    { "fast_dllm_generate_with_prefix_cache", fast_prefix },
    { "fast_dllm_generate_with_dual_cache", fast_dual },
    { "forward", forward },
    { "forward_padded", forward },
    { "num_transfer_tokens", counts },
    { "log_likelihood", likelihood },
    { 0 },
};

static void run(struct verify_file *file)
{
    verify_run_kinds(file, kinds);
}

const struct verify_system verify_system_llada = { .name = "llada", .knows = knows, .run = run };
