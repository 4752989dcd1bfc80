/* Whole runs of the loop with recorded draws. */
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/diffusion/denoise.h"
#include "model/verify/rates.h"

#include <stdlib.h>
#include <string.h>

struct run_case {
    struct denoise denoise;
    struct framing framing;
    struct workspace workspace;
    struct verify_values x_init, places, ids, u, u_denoise;
    size_t batch, length, width, steps;
    double *draws; /* [steps + 1, batch, length, width] */
    float *record; /* [steps + 1, batch, length]: the canvas before each step, and at the end */
    size_t row;    /* of the batch, while it runs */
};

static bool read_case(struct run_case *run, const struct verify_file *file, const json_t *one,
                      struct lacuna_error *error)
{
    const json_t *inputs = json_object_get(one, "inputs"), *params = json_object_get(one, "params");
    const struct {
        const char *key;
        struct verify_values *values;
    } arrays[] = { { "x_init", &run->x_init },
                   { "clamp_positions", &run->places },
                   { "clamp_ids", &run->ids },
                   { "u", &run->u },
                   { "u_denoise", &run->u_denoise } };
    for (size_t a = 0; a < sizeof arrays / sizeof *arrays; a++)
        if (json_object_get(inputs, arrays[a].key) &&
            !verify_values_read(arrays[a].values, file, json_object_get(inputs, arrays[a].key), error))
            return false;
    const struct verify_values *x = &run->x_init;
    run->batch =
        x->rank == 2 ? (size_t)x->shape[0] : (size_t)json_integer_value(json_object_get(params, "batch"));
    run->length =
        x->rank == 2 ? (size_t)x->shape[1] : (size_t)json_integer_value(json_object_get(params, "length"));
    run->steps = (size_t)json_integer_value(json_object_get(params, "steps"));
    run->width = (size_t)run->framing.vocabulary;
    size_t each = run->batch * run->length;
    bool fits = run->u.count == run->steps * each * run->width && run->u.count &&
                run->ids.count == run->batch * run->places.count &&
                (!run->u_denoise.count || run->u_denoise.count == each * run->width ||
                 run->u_denoise.count == each * (run->width - 1));
    return fits || fail(error, LACUNA_MODEL, "the shapes of the draws do not go with the steps");
}

/* The numbers of all steps, in one list; those of the last one may lack the mask's. */
static void lay_draws(struct run_case *run)
{
    size_t each = run->batch * run->length, last = run->u.count;
    size_t width = run->u_denoise.count == each * run->width ? run->width : run->width - 1;
    run->draws = memory_new(last + each * run->width, sizeof *run->draws);
    run->record = memory_new((run->steps + 2) * each, sizeof *run->record);
    memcpy(run->draws, run->u.at, last * sizeof *run->draws);
    for (size_t k = 0; run->u_denoise.count && k < each; k++)
        memcpy(run->draws + last + k * run->width, run->u_denoise.at + k * width, width * sizeof *run->draws);
}

static void record(struct run_case *run, size_t step, const struct canvas *canvas)
{
    float *at = run->record + (step * run->batch + run->row) * run->length;
    for (size_t i = 0; i < run->length; i++)
        at[i] = (float)canvas->ids[i];
}

/* A run may end before its last step: from there on the canvas stays. */
static void observe(void *user, int step, int steps, struct sequence *const *sequences, int count)
{
    struct run_case *run = user;
    (void)steps;
    (void)count;
    for (size_t k = (size_t)step; k <= run->steps + 1; k++)
        record(run, k, &sequences[0]->canvas);
}

static bool run_row(struct run_case *run, struct lacuna_error *error)
{
    struct sequence sequence = { .canvas = canvas_new((int)run->length, 0), .heat = 1 }, *live = &sequence;
    struct process_noise noise = denoise_noise(&run->denoise);
    size_t first = run->row * run->length, row = run->batch * run->length * run->width;
    struct draws_list list = { .at = run->draws,
                               .count = row * (run->steps + 1),
                               .first = first * run->width,
                               .by_step = row,
                               .by_place = run->width };
    struct draws draws = draws_recorded(&list);
    sequence.draws = &draws;
    run->denoise.process->begin(&sequence.canvas, &noise, &draws);
    for (size_t i = 0; i < run->length && run->x_init.count; i++)
        sequence.canvas.ids[i] = (int32_t)run->x_init.at[first + i];
    for (size_t k = 0; k < run->places.count; k++)
        canvas_put(&sequence.canvas, (int)run->places.at[k],
                   (int32_t)run->ids.at[run->row * run->places.count + k], 1);
    record(run, 0, &sequence.canvas);
    bool fine = denoise_run(&run->denoise, &live, 1, error);
    canvas_free(&sequence.canvas);
    return fine;
}

static bool compare(const struct run_case *run, const struct verify_file *file, const json_t *one,
                    struct lacuna_error *error)
{
    size_t each = run->batch * run->length, steps = run->steps;
    const json_t *outputs = json_object_get(one, "outputs");
    size_t before = steps + (run->u_denoise.count > 0);
    return (!json_object_get(outputs, "x_after_projector") ||
            verify_output(file, one, "x_after_projector", run->record, before * each, 0, 0, error)) &&
           (!json_object_get(outputs, "x_steps") ||
            verify_output(file, one, "x_steps", run->record + each, steps * each, 0, 0, error)) &&
           verify_output(file, one, "final", run->record + (steps + 1) * each, each, 0, 0, error);
}

bool verify_rates_run(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                      struct lacuna_error *error)
{
    const json_t *params = json_object_get(one, "params");
    struct run_case run = { 0 };
    const char *sampler = json_text(params, "sampler", json_text(params, "predictor", ""));
    bool fine =
        verify_rates_denoise(&run.denoise, &run.framing, &run.workspace, network, params, sampler, error) &&
        read_case(&run, file, one, error);
    if (fine) {
        lay_draws(&run);
        run.denoise.steps = (int)run.steps;
        run.denoise.end = json_number_value(json_object_get(params, "eps"));
        run.denoise.keeps_noise = !json_is_true(json_object_get(params, "denoise")) &&
                                  !json_is_true(json_object_get(params, "noise_removal"));
        run.denoise.user = &run;
        run.denoise.observe = observe;
    }
    for (; fine && run.row < run.batch; run.row++)
        fine = run_row(&run, error);
    fine = fine && compare(&run, file, one, error);
    free(run.draws);
    free(run.record);
    workspace_free(&run.workspace);
    struct verify_values *values[] = { &run.x_init, &run.places, &run.ids, &run.u, &run.u_denoise };
    for (size_t v = 0; v < sizeof values / sizeof *values; v++)
        verify_values_free(values[v]);
    return fine;
}
