/* Rounds of the loop over a canvas that moves on: of each round the end is what the next one begins with. */
#include "model/base/memory.h"
#include "model/diffusion/denoise.h"
#include "model/verify/rates.h"

#include <stdlib.h>
#include <string.h>

struct strides_case {
    struct denoise denoise;
    struct framing framing;
    struct workspace workspace;
    struct verify_values u;
    size_t length, stride, rounds, steps; /* steps: of a round */
    float *out;                           /* [rounds * stride + length - stride] */
    int32_t *before;                      /* [length] the canvas before a step */
    int changed;                          /* steps that changed it */
};

static void observe(void *user, int step, int steps, struct sequence *const *sequences, int count)
{
    struct strides_case *strides = user;
    size_t size = strides->length * sizeof *strides->before;
    (void)step;
    (void)steps;
    (void)count;
    strides->changed += memcmp(strides->before, sequences[0]->canvas.ids, size) != 0;
    memcpy(strides->before, sequences[0]->canvas.ids, size);
}

static bool round_run(struct strides_case *strides, struct sequence *sequence, size_t round,
                      struct lacuna_error *error)
{
    struct canvas *canvas = &sequence->canvas;
    struct process_noise noise = denoise_noise(&strides->denoise);
    size_t row = strides->length * strides->framing.vocabulary, given = strides->length - strides->stride;
    struct draws_list list = { .at = strides->u.at,
                               .count = strides->u.count,
                               .first = round * strides->steps * row,
                               .by_step = row,
                               .by_place = (size_t)strides->framing.vocabulary };
    struct draws draws = draws_recorded(&list);
    sequence->draws = &draws;
    for (size_t i = 0; i < strides->length; i++) {
        if (round && i < given)
            canvas_put(canvas, (int)i, canvas->ids[i + strides->stride], 1);
        else
            canvas->open[i] = 1;
    }
    strides->denoise.process->begin(canvas, &noise, &draws);
    memcpy(strides->before, canvas->ids, strides->length * sizeof *strides->before);
    bool fine = denoise_run(&strides->denoise, &sequence, 1, error);
    for (size_t i = 0; i < strides->length; i++)
        strides->out[round * strides->stride + i] = (float)canvas->ids[i];
    return fine;
}

/* Sequence j holds the strides of j + 2 rounds; the last one all there is. */
static bool compare(const struct strides_case *strides, const struct verify_file *file, const json_t *one,
                    struct lacuna_error *error)
{
    const json_t *outputs = json_object_get(one, "outputs"),
                 *sequences = json_object_get(outputs, "sequences");
    if (json_array_size(sequences) != strides->rounds)
        return fail(error, LACUNA_MODEL, "there must be %zu sequences", strides->rounds);
    bool fine = true;
    for (size_t j = 0; j < strides->rounds && fine; j++) {
        size_t size = j + 1 < strides->rounds ? (j + 2) * strides->stride
                                              : (strides->rounds - 1) * strides->stride + strides->length;
        struct verify_values expected;
        if (!verify_values_read(&expected, file, json_array_get(sequences, j), error))
            return false;
        fine = expected.count == size ? verify_close(strides->out, &expected, 0, 0, error)
                                      : fail(error, LACUNA_MODEL, "sequence %zu has not %zu tokens", j, size);
        verify_values_free(&expected);
    }
    int changed = (int)json_integer_value(json_object_get(outputs, "sampling_steps"));
    return fine &&
           (changed == strides->changed ||
            fail(error, LACUNA_MODEL, "%d steps changed the text, expected %d", strides->changed, changed));
}

bool verify_strides(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                    struct lacuna_error *error)
{
    const json_t *params = json_object_get(one, "params");
    double dt = json_number_value(json_object_get(params, "dt"));
    struct strides_case strides = {
        .length = (size_t)json_integer_value(json_object_get(params, "length")),
        .stride = (size_t)json_integer_value(json_object_get(params, "stride_length")),
        .rounds = (size_t)json_integer_value(json_object_get(params, "num_strides")) + 1,
        .steps = dt > 0 ? (size_t)(1 / dt) + 1 : 0
    };
    bool fine =
        verify_rates_denoise(&strides.denoise, &strides.framing, &strides.workspace, network, params,
                             "ddpm_cache", error) &&
        verify_values_read(&strides.u, file, json_object_get(json_object_get(one, "inputs"), "u"), error);
    size_t row = strides.length * (size_t)strides.framing.vocabulary;
    if (fine && (strides.stride > strides.length || strides.rounds > 1000 ||
                 strides.u.count != strides.rounds * strides.steps * row || !row))
        fine = fail(error, LACUNA_MODEL, "the shape of u does not go with the strides");
    if (fine) {
        strides.denoise.steps = (int)strides.steps;
        strides.denoise.end = -dt; /* the step at time 0 reveals all that is left */
        strides.denoise.user = &strides;
        strides.denoise.observe = observe;
        strides.out = memory_new(strides.rounds * strides.stride + strides.length, sizeof *strides.out);
        strides.before = memory_new(strides.length, sizeof *strides.before);
    }
    struct sequence sequence = { .canvas = canvas_new(fine ? (int)strides.length : 0, 0), .heat = 1 };
    for (size_t round = 0; fine && round < strides.rounds; round++)
        fine = round_run(&strides, &sequence, round, error);
    fine = fine && compare(&strides, file, one, error);
    canvas_free(&sequence.canvas);
    free(strides.out);
    free(strides.before);
    workspace_free(&strides.workspace);
    verify_values_free(&strides.u);
    return fine;
}
