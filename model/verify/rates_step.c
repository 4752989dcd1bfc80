/* Single reverse steps: what the sampler and the process say at every place, decided ones too. */
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/diffusion/denoise.h"
#include "model/verify/rates.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { OUTPUTS = 7 };

/* The rows of one case, as they are filled. */
struct step_case {
    struct denoise denoise;
    struct framing framing;
    struct process_noise noise;
    struct verify_values x;
    double t, s;
    bool clean;
    size_t batch, length, width;
    double largest;       /* term of a staggered score, which is a difference of two such */
    float *rows[OUTPUTS]; /* [batch, length, width] each; NULL: not asked */
    float *room;
};

/* One output at place k of a step. */
struct output {
    const char *key;
    void (*fill)(const struct step_case *step, const struct reverse *reverse, int k, float *row);
    bool differs; /* a difference of large terms: right to what float32 leaves of them */
};

static int32_t id_at(const struct reverse *reverse, int k)
{
    return reverse->canvas->ids[reverse->places[k]];
}

static double dsigma_of(const struct step_case *step)
{
    double sigma = schedule_sigma(&step->denoise.schedule, step->t);
    return step->clean ? sigma : sigma - schedule_sigma(&step->denoise.schedule, step->s);
}

static void exponentials(const float *logs, size_t width, float *row)
{
    for (size_t v = 0; v < width; v++)
        row[v] = expf(logs[v]);
}

static void fill_text(const struct step_case *step, const struct reverse *reverse, int k, float *row)
{
    exponentials(reverse->rows[k], step->width, row);
}

static void fill_score(const struct step_case *step, const struct reverse *reverse, int k, float *row)
{
    exponentials(reverse->scores[k], step->width, row);
}

static void fill_staggered(const struct step_case *step, const struct reverse *reverse, int k, float *row)
{
    fill_score(step, reverse, k, row);
    reverse->process->stagger(reverse->noise, dsigma_of(step), row);
}

static void fill_transition(const struct step_case *step, const struct reverse *reverse, int k, float *row)
{
    reverse->process->transition_into(reverse->noise, id_at(reverse, k), dsigma_of(step), row);
}

static void fill_reverse_rate(const struct step_case *step, const struct reverse *reverse, int k, float *row)
{
    (void)step;
    process_reverse_rate(reverse->process, reverse->noise, reverse->scores[k], id_at(reverse, k), row);
}

static void fill_weights(const struct step_case *step, const struct reverse *reverse, int k, float *row)
{
    const struct sampler *sampler = step->denoise.sampler;
    (step->clean ? sampler->clean : sampler->weigh)(reverse, k, row);
}

static const struct output outputs[OUTPUTS] = {
    { "p_x0", fill_text, false },
    { "score", fill_score, false },
    { "staggered_score", fill_staggered, true },
    { "transp_transition", fill_transition, false },
    { "reverse_rate", fill_reverse_rate, false },
    { "probs", fill_weights, true },
    { "q_xs", fill_weights, false },
};

static void look(void *user, int index, const struct view *view)
{
    struct step_case *step = user;
    struct reverse reverse = { .process = step->denoise.process,
                               .noise = &step->noise,
                               .schedule = &step->denoise.schedule,
                               .canvas = &view->sequence->canvas,
                               .t = step->t,
                               .s = step->s,
                               .last = step->clean,
                               .places = view->places,
                               .count = view->count,
                               .rows = view->choice,
                               .scores = view->scores,
                               .room = step->room };
    for (int k = 0; view->scores && k < view->count; k++)
        for (size_t v = 0; v < step->width; v++)
            step->largest = fmax(step->largest, exp(dsigma_of(step) + (double)view->scores[k][v]));
    for (int o = 0; o < OUTPUTS; o++)
        for (int k = 0; step->rows[o] && k < view->count; k++)
            outputs[o].fill(step, &reverse, k,
                            step->rows[o] + ((size_t)index * step->length + (size_t)k) * step->width);
}

static struct sequence sequence_of(const struct step_case *step, size_t row)
{
    struct sequence sequence = { .canvas = canvas_new((int)step->length, 0), .t = step->t, .heat = 1 };
    for (size_t i = 0; i < step->length; i++)
        sequence.canvas.ids[i] = (int32_t)step->x.at[row * step->length + i];
    return sequence;
}

/* The last columns of rows fall away where a case gives fewer. */
static size_t narrow(float *rows, size_t count, size_t from, size_t to)
{
    for (size_t k = 0; k < count; k++)
        memmove(rows + k * to, rows + k * from, to * sizeof *rows);
    return count * to;
}

static bool compare_rows(struct step_case *step, const struct verify_file *file, const json_t *one,
                         struct lacuna_error *error)
{
    bool fine = true;
    size_t places = step->batch * step->length;
    for (int o = 0; o < OUTPUTS && fine; o++) {
        if (!step->rows[o])
            continue;
        bool drops = step->clean && step->noise.mask >= 0;
        size_t count =
            drops ? narrow(step->rows[o], places, step->width, step->width - 1) : places * step->width;
        fine = verify_output(file, one, outputs[o].key, step->rows[o], count,
                             1e-4 + (outputs[o].differs ? 5e-7 * step->largest : 0), 1e-4, error);
    }
    return fine;
}

/* sigma(t), sigma(s) and their difference, or the rate for Euler, once for each row. */
static bool compare_noise(const struct step_case *step, const struct verify_file *file, const json_t *one,
                          struct lacuna_error *error)
{
    const struct noise_schedule *schedule = &step->denoise.schedule;
    bool euler = strcmp(step->denoise.sampler->name, "euler") == 0, fine = true;
    const struct {
        const char *key;
        double value;
    } numbers[] = { { "sigma", schedule_sigma(schedule, step->t) },
                    { "next_sigma", schedule_sigma(schedule, step->s) },
                    { "dsigma", euler ? schedule_noise_rate(schedule, step->t) : dsigma_of(step) } };
    float *row = memory_new(step->batch, sizeof *row);
    for (size_t n = 0; n < 3 && fine; n++) {
        for (size_t b = 0; b < step->batch; b++)
            row[b] = (float)numbers[n].value;
        if (json_object_get(json_object_get(one, "outputs"), numbers[n].key))
            fine = verify_output(file, one, numbers[n].key, row, step->batch, 1e-5,
                                 step->t > 0.99 ? 1e-3 : 1e-5, error);
    }
    free(row);
    return fine;
}

/* x_next: a step of the loop, in which what is no noise stays. */
static bool compare_next(struct step_case *step, const struct verify_file *file, const json_t *one,
                         struct lacuna_error *error)
{
    struct verify_values u;
    if (!json_object_get(json_object_get(one, "outputs"), "x_next"))
        return true;
    if (!verify_values_read(&u, file, json_object_get(json_object_get(one, "inputs"), "u"), error))
        return false;
    float *got = memory_new(step->x.count, sizeof *got);
    bool fine =
        u.count == step->x.count * step->width || fail(error, LACUNA_MODEL, "u has not the shape of probs");
    for (size_t b = 0; b < step->batch && fine; b++) {
        struct sequence sequence = sequence_of(step, b), *live = &sequence;
        for (size_t i = 0; i < step->length && step->noise.mask >= 0; i++)
            sequence.canvas.open[i] = sequence.canvas.ids[i] == step->noise.mask;
        struct draws_list list = { .at = u.at,
                                   .count = u.count,
                                   .first = b * step->length * step->width,
                                   .by_step = u.count,
                                   .by_place = step->width };
        struct draws draws = draws_recorded(&list);
        sequence.draws = &draws;
        struct time_step time = { .t = step->t, .s = step->s, .step = 1, .steps = 1 };
        fine = denoise_step(&step->denoise, time, &live, 1, error);
        for (size_t i = 0; i < step->length; i++)
            got[b * step->length + i] = (float)sequence.canvas.ids[i];
        canvas_free(&sequence.canvas);
    }
    fine = fine && verify_output(file, one, "x_next", got, step->x.count, 0, 0, error);
    free(got);
    verify_values_free(&u);
    return fine;
}

static bool look_at_all(struct step_case *step, struct lacuna_error *error)
{
    struct sequence *sequences = memory_new(step->batch, sizeof *sequences),
                    **live = memory_new(step->batch, sizeof *live);
    for (size_t b = 0; b < step->batch; b++) {
        sequences[b] = sequence_of(step, b);
        live[b] = &sequences[b];
    }
    bool fine = denoise_look(&step->denoise, live, (int)step->batch, look, step, error);
    for (size_t b = 0; b < step->batch; b++)
        canvas_free(&sequences[b].canvas);
    free(sequences);
    free(live);
    return fine;
}

bool verify_rates_step(const struct verify_network *network, const struct verify_file *file,
                       const json_t *one, struct verify_step kind, struct lacuna_error *error)
{
    const json_t *params = json_object_get(one, "params");
    struct workspace workspace = { 0 };
    struct step_case step = { .clean = kind.clean, .t = json_number_value(json_object_get(params, "t")) };
    step.s = step.t - json_number_value(json_object_get(params, "step_size")) -
             json_number_value(json_object_get(params, "dt"));
    bool fine =
        verify_rates_denoise(&step.denoise, &step.framing, &workspace, network, params, kind.sampler,
                             error) &&
        verify_values_read(&step.x, file, json_object_get(json_object_get(one, "inputs"), "x"), error) &&
        (step.x.rank == 2 || fail(error, LACUNA_MODEL, "x is no batch of rows"));
    if (fine) {
        step.noise = denoise_noise(&step.denoise);
        step.batch = (size_t)step.x.shape[0];
        step.length = (size_t)step.x.shape[1];
        step.width = (size_t)step.framing.vocabulary;
        step.room = memory_new(step.width, sizeof *step.room);
        for (int o = 0; o < OUTPUTS; o++)
            if (json_object_get(json_object_get(one, "outputs"), outputs[o].key))
                step.rows[o] = memory_new(step.x.count * step.width, sizeof **step.rows);
    }
    fine = fine && look_at_all(&step, error) && compare_rows(&step, file, one, error) &&
           compare_noise(&step, file, one, error) && compare_next(&step, file, one, error);
    for (int o = 0; o < OUTPUTS; o++)
        free(step.rows[o]);
    free(step.room);
    verify_values_free(&step.x);
    workspace_free(&workspace);
    return fine;
}
