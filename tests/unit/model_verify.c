/* A wrong engine still gives plausible numbers; reference cases tell. Cases are recorded with a right
 * network, then run on the same weights with two rotary pairs swapped, and with a mask that is off by one. */
#include "model/base/file.h"
#include "model/base/memory.h"
#include "model/base/random.h"
#include "model/diffusion/denoise.h"
#include "model/verify/verify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { CASES = 30, PROMPT = 5, GENERATED = 8, LENGTH = PROMPT + GENERATED, TENSORS_MAX = 64 };

struct network {
    struct engine *engine;
    struct checkpoint *checkpoint;
    struct denoiser *denoiser;
    struct denoiser_session *session;
};

static void network_open(struct network *network, const char *folder)
{
    struct lacuna_error error = { 0 };
    network->engine = engine_new(1, &error);
    network->checkpoint = checkpoint_open(folder, &error);
    if (!network->checkpoint)
        fail_msg("%s", error.message);
    network->denoiser = denoiser_open(network->checkpoint, network->engine, &error);
    if (!network->denoiser)
        fail_msg("%s", error.message);
    network->session = denoiser_session_new(network->denoiser, &error);
}

static void network_close(struct network *network)
{
    denoiser_session_free(network->session);
    denoiser_close(network->denoiser);
    checkpoint_close(network->checkpoint);
    engine_free(network->engine);
}

/* ---- recorded cases */

static json_t *numbers(const int32_t *at, int count)
{
    json_t *list = json_array();
    for (int i = 0; i < count; i++)
        json_array_append_new(list, json_integer(at[i]));
    return list;
}

static json_t *forward_case(const struct network *network, const int32_t *ids)
{
    int32_t positions[LENGTH], vocabulary = denoiser_framing(network->denoiser)->vocabulary;
    int wanted[LENGTH];
    for (int i = 0; i < LENGTH; i++)
        wanted[i] = positions[i] = i;
    float *logits = memory_new((size_t)(LENGTH * vocabulary), sizeof *logits);
    struct rows rows = {
        .ids = ids, .positions = positions, .count = LENGTH, .wanted = wanted, .wanted_count = LENGTH
    };
    assert_true(denoiser_forward_raw(network->session, &rows, NULL, logits, NULL, NULL));
    json_t *table = json_array();
    for (int i = 0; i < LENGTH; i++) {
        json_t *row = json_array();
        for (int32_t v = 0; v < vocabulary; v++)
            json_array_append_new(row, json_real((double)logits[i * vocabulary + v]));
        json_array_append_new(table, row);
    }
    free(logits);
    return json_pack("{s:s, s:s, s:{}, s:{s:[o]}, s:{s:[o]}}", "name", "forward", "kind", "forward", "params",
                     "inputs", "x", numbers(ids, LENGTH), "outputs", "logits", table);
}

/* The states of a run, one a step. */
static void record(void *user, int step, int steps, struct sequence *const *sequences, int count)
{
    (void)step;
    (void)steps;
    (void)count;
    json_array_append_new(user, json_pack("[o]", numbers(sequences[0]->canvas.ids, LENGTH)));
}

static json_t *run_case(const struct network *network, const int32_t *ids)
{
    struct workspace workspace = { 0 };
    json_t *states = json_array();
    struct denoise denoise = denoise_of(denoiser_framing(network->denoiser));
    denoise.session = network->session;
    denoise.sampler = sampler_find("low_confidence");
    denoise.settings.block_length = GENERATED / 2;
    denoise.block_first = PROMPT;
    denoise.steps = GENERATED;
    denoise.workspace = &workspace;
    denoise.user = states;
    denoise.observe = record;
    struct sequence sequence = { .canvas = canvas_new(LENGTH, 0) }, *one = &sequence;
    for (int i = 0; i < LENGTH; i++) {
        sequence.canvas.ids[i] = i < PROMPT ? ids[i] : denoise.framing->mask;
        sequence.canvas.open[i] = i >= PROMPT;
    }
    assert_true(denoiser_context(network->session, &(struct rows){ 0 }, NULL));
    assert_true(denoise_run(&denoise, &one, 1, NULL));
    canvas_free(&sequence.canvas);
    workspace_free(&workspace);
    return json_pack("{s:s, s:s, s:{s:i, s:i, s:i, s:s}, s:{s:[o]}, s:{s:o}}", "name", "run", "kind",
                     "generate", "params", "steps", GENERATED, "gen_length", GENERATED, "block_length",
                     GENERATED / 2, "remasking", "low_confidence", "inputs", "prompt", numbers(ids, PROMPT),
                     "outputs", "x_steps", states);
}

static json_t *record_cases(const char *folder)
{
    struct network network;
    struct random random = random_new(11, 0);
    json_t *cases = json_array();
    network_open(&network, folder);
    for (int k = 0; k < CASES; k++) {
        int32_t ids[LENGTH];
        for (int i = 0; i < LENGTH; i++)
            ids[i] = 11 + (int32_t)random_below(&random, 200);
        json_array_append_new(cases, forward_case(&network, ids));
        json_array_append_new(cases, run_case(&network, ids));
    }
    network_close(&network);
    return json_pack("{s:s, s:o}", "system", "llada", "cases", cases);
}

/* ---- copies of the model, right and wrong */

/* Rows of the first two rotary pairs of every head change places, in queries and keys of the first layer:
 * what each pair holds is turned by the other's angles. */
static void swap_pairs(float *values, int64_t rows, int64_t columns, int head_width)
{
    for (int64_t head = 0; head < rows; head += head_width)
        for (int64_t half = 0; half < head_width; half += head_width / 2)
            for (int64_t j = 0; j < columns; j++) {
                float *first = values + (head + half) * columns + j, *second = first + columns, kept = *first;
                *first = *second;
                *second = kept;
            }
}

static void write_weights(const struct checkpoint *from, const char *folder, bool swapped)
{
    struct tensor tensors[TENSORS_MAX];
    size_t count = checkpoint_count(from);
    assert_true(count <= TENSORS_MAX);
    for (size_t k = 0; k < count; k++) {
        tensors[k] = *checkpoint_at(from, k);
        float *values = memory_new(tensors[k].size, 1);
        memcpy(values, tensors[k].data, tensors[k].size);
        if (swapped &&
            (strstr(tensors[k].name, "blocks.0.q_proj") || strstr(tensors[k].name, "blocks.0.k_proj")))
            swap_pairs(values, tensors[k].shape[0], tensors[k].shape[1], (int)tensors[k].shape[0] / 2);
        tensors[k].data = values;
    }
    char *path = path_join(folder, "model.safetensors");
    assert_true(safetensors_write(path, tensors, count, NULL, NULL));
    free(path);
    for (size_t k = 0; k < count; k++)
        free((void *)tensors[k].data);
}

static void write_json(const char *folder, const char *name, const json_t *json)
{
    char *path = path_join(folder, name);
    assert_int_equal(json_dump_file(json, path, JSON_REAL_PRECISION(12)), 0);
    free(path);
}

/* Cases that fail on a copy of the model. */
static size_t count_failures(const char *model, const json_t *cases, int mask_off, bool swapped,
                             size_t *passed)
{
    char folder[] = "/tmp/lacuna-verify-XXXXXX", command[64];
    assert_non_null(mkdtemp(folder));
    struct lacuna_error error = { 0 };
    struct checkpoint *from = checkpoint_open(model, &error);
    assert_non_null(from);
    json_t *config = json_deep_copy(checkpoint_config(from));
    int mask = (int)json_integer_value(json_object_get(config, "mask_token_id"));
    json_object_set_new(config, "mask_token_id", json_integer(mask + mask_off));
    write_json(folder, "config.json", config);
    write_json(folder, "cases.json", cases);
    write_weights(from, folder, swapped);
    json_decref(config);
    checkpoint_close(from);

    struct engine *engine = engine_new(1, &error);
    FILE *nowhere = fopen("/dev/null", "w");
    struct verify_report report = { .out = nowhere };
    if (!verify_folder(folder, engine, &report, &error))
        fail_msg("%s", error.message);
    fclose(nowhere);
    engine_free(engine);
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
    assert_int_equal(report.skipped, 0);
    *passed = report.passed;
    return report.failed;
}

static void a_fault_makes_dozens_of_cases_fail(void **state)
{
    (void)state;
    size_t passed;
    const char *model = LACUNA_TINY_MODEL "_llada";
    json_t *cases = record_cases(model);
    assert_int_equal(count_failures(model, cases, 0, false, &passed), 0);
    assert_int_equal(passed, 2 * CASES);
    assert_true(count_failures(model, cases, 0, true, &passed) >= 2 * CASES - 6);
    assert_true(count_failures(model, cases, 1, false, &passed) >= CASES - 3);
    json_decref(cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fault_makes_dozens_of_cases_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
