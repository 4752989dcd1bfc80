/* tiny-diffusion: logits of the original network, whole runs. */
#include "model/base/json.h"
#include "model/verify/replay.h"

#include <string.h>

static bool knows(const struct verify_file *file)
{
    return !strcmp(json_text(file->content, "system", ""), "tiny-diffusion");
}

static bool forward(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                    struct lacuna_error *error)
{
    return verify_logits(network, file, one, 2e-4, error);
}

static double number_of(const json_t *one, const char *key)
{
    return json_number_value(json_object_get(json_object_get(one, "params"), key));
}

static bool sample(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                   const char *sampler, struct lacuna_error *error)
{
    struct replay replay;
    const json_t *context = json_object_get(json_object_get(one, "inputs"), "context_ids"),
                 *outputs = json_object_get(one, "outputs");
    int length = (int)number_of(one, "seq_len"), given = (int)json_array_size(context);
    bool all = !strcmp(json_text(outputs, "steps_recorded", ""), "all");
    bool fine = replay_open(&replay, network, file, one, "context_ids", length - given, false, error);
    if (fine) {
        replay.denoise.sampler = sampler_find(sampler);
        replay.denoise.steps = length;
        replay.denoise.settings.threshold = number_of(one, "confidence_threshold");
        replay.denoise.settings.reveals = (int)number_of(one, "k");
        replay.rows[0].sequence.heat = number_of(one, "temperature");
    }
    fine = fine && replay_run(&replay, error) && (!all || replay_states(&replay, error)) &&
           replay_final(&replay, error);
    int steps = (int)json_integer_value(json_object_get(outputs, "n_steps"));
    fine = fine && (replay.steps == steps ||
                    fail(error, LACUNA_MODEL, "the network ran %d times, expected %d", replay.steps, steps));
    replay_close(&replay);
    return fine;
}

static bool sample_confidence(const struct verify_network *network, const struct verify_file *file,
                              const json_t *one, struct lacuna_error *error)
{
    return sample(network, file, one, "sample_confidence", error);
}

static bool sample_topk(const struct verify_network *network, const struct verify_file *file,
                        const json_t *one, struct lacuna_error *error)
{
    return sample(network, file, one, "sample_topk", error);
}

static const struct verify_kind kinds[] = {
    { "sample_confidence", sample_confidence },
    { "sample_topk", sample_topk },
    { "forward", forward },
    { 0 },
};

static void run(struct verify_file *file)
{
    verify_run_kinds(file, kinds);
}

const struct verify_system verify_system_tiny_diffusion = { .name = "tiny-diffusion",
                                                            .knows = knows,
                                                            .run = run };
