#include "model/verify/replay.h"

#include "model/base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { LENGTH_MAX = 1 << 16 };

static bool read_prompts(struct replay *replay, const char *key, int generated, struct lacuna_error *error)
{
    const json_t *inputs = json_object_get(replay->one, "inputs"),
                 *mask = json_object_get(inputs, "attention_mask");
    if (!verify_values_read(&replay->prompts, replay->file, json_object_get(inputs, key), error) ||
        (mask && !verify_values_read(&replay->mask, replay->file, mask, error)))
        return false;
    const struct verify_values *prompts = &replay->prompts;
    if (!prompts->count || prompts->rank < 1 || prompts->rank > 2 || generated < 0 ||
        prompts->count + (size_t)generated > LENGTH_MAX)
        return fail(error, LACUNA_MODEL, "%s is no batch of rows", key);
    if (mask && replay->mask.count != prompts->count)
        return fail(error, LACUNA_MODEL, "attention_mask has not the shape of %s", key);
    replay->batch = prompts->rank == 2 ? (int)prompts->shape[0] : 1;
    replay->prompt = (int)prompts->shape[prompts->rank - 1];
    replay->length = replay->prompt + generated;
    return true;
}

static bool is_padding(const struct replay *replay, int row, int k)
{
    return replay->mask.count && k < replay->prompt && replay->mask.at[row * replay->prompt + k] == 0;
}

static void lay_row(struct replay *replay, int number, bool masks_are_open)
{
    struct replay_row *row = &replay->rows[number];
    int32_t mask = replay->denoise.framing->mask, *state = replay->state + number * replay->length;
    size_t length = (size_t)replay->length;
    int size = 0;
    row->at = memory_new(length, sizeof *row->at);
    for (int k = 0; k < replay->length; k++) {
        state[k] = k < replay->prompt ? (int32_t)replay->prompts.at[number * replay->prompt + k] : mask;
        if (!is_padding(replay, number, k))
            row->at[size++] = k;
    }
    struct canvas *canvas = &row->sequence.canvas;
    *canvas = canvas_new(size, 0);
    for (int i = 0; i < size; i++) {
        canvas->ids[i] = state[row->at[i]];
        canvas->open[i] = row->at[i] >= replay->prompt || (masks_are_open && canvas->ids[i] == mask);
    }
    row->draws = draws_taped(&row->tape);
    row->sequence.draws = &row->draws;
    replay->denoise.block_first = size - (replay->length - replay->prompt);
}

static void keep_state(struct replay *replay)
{
    size_t size = (size_t)(replay->batch * replay->length);
    if (replay->state_count && !memcmp(replay->states + (replay->state_count - 1) * size, replay->state,
                                       size * sizeof *replay->state))
        return;
    replay->states = memory_grow(replay->states, &replay->state_room, (replay->state_count + 1) * size,
                                 sizeof *replay->states);
    memcpy(replay->states + replay->state_count++ * size, replay->state, size * sizeof *replay->state);
}

bool replay_open(struct replay *replay, const struct verify_network *network, const struct verify_file *file,
                 const json_t *one, const char *key, int generated, bool masks_are_open,
                 struct lacuna_error *error)
{
    *replay = (struct replay){ .network = network,
                               .file = file,
                               .one = one,
                               .denoise = denoise_of(denoiser_framing(network->denoiser)) };
    replay->denoise.session = network->session;
    if (!read_prompts(replay, key, generated, error))
        return false;
    replay->rows = memory_new((size_t)replay->batch, sizeof *replay->rows);
    replay->state = memory_new((size_t)(replay->batch * replay->length), sizeof *replay->state);
    for (int number = 0; number < replay->batch; number++)
        lay_row(replay, number, masks_are_open);
    keep_state(replay);
    return true;
}

void replay_close(struct replay *replay)
{
    for (int number = 0; replay->rows && number < replay->batch; number++) {
        struct replay_row *row = &replay->rows[number];
        canvas_free(&row->sequence.canvas);
        free(row->at);
        free(row->with);
        free(row->without);
        free(row->positions);
    }
    free(replay->rows);
    free(replay->state);
    free(replay->states);
    verify_values_free(&replay->prompts);
    verify_values_free(&replay->mask);
    verify_values_free(&replay->ranks);
    verify_values_free(&replay->pieces);
    workspace_free(&replay->workspace);
}

static void guide_row(struct replay_row *row, int32_t mask)
{
    struct canvas *canvas = &row->sequence.canvas;
    size_t size = (size_t)canvas->size;
    int kept = 0;
    row->with = memory_new(size, sizeof *row->with);
    row->without = memory_new(size, sizeof *row->without);
    row->positions = memory_new(size, sizeof *row->positions);
    for (int i = 0; i < canvas->size; i++) {
        if (!canvas->open[i]) {
            row->with[row->condition_count] = canvas->ids[i];
            row->without[row->condition_count] = mask;
            row->positions[row->condition_count++] = canvas->positions[i];
            continue;
        }
        row->at[kept] = row->at[i];
        canvas->ids[kept] = canvas->ids[i];
        canvas->positions[kept] = canvas->positions[i];
        canvas->open[kept++] = 1;
    }
    canvas->size = kept;
}

void replay_guide(struct replay *replay, double scale)
{
    replay->denoise.guidance.scale = scale;
    replay->denoise.guidance.active = scale != 1;
    for (int number = 0; scale != 1 && number < replay->batch; number++)
        guide_row(&replay->rows[number], replay->denoise.framing->mask);
    if (scale != 1)
        replay->denoise.block_first =
            replay->rows[0].sequence.canvas.size - (replay->length - replay->prompt);
}

/* ---- numbers that were drawn */

/* Lists of numbers, one a step, joined. */
static bool read_ragged(struct verify_values *values, const json_t *lists, struct lacuna_error *error)
{
    const json_t *list, *number;
    size_t step, k;
    json_array_foreach(lists, step, list)
    {
        values->count += json_array_size(list);
    }
    values->at = memory_new(values->count, sizeof *values->at);
    values->count = 0;
    json_array_foreach(lists, step, list)
    {
        json_array_foreach(list, k, number)
        {
            if (!json_is_number(number))
                return fail(error, LACUNA_MODEL, "a number that was drawn is none");
            values->at[values->count++] = json_number_value(number);
        }
    }
    return true;
}

static void share_list(struct replay *replay, enum draw_use use, const struct verify_values *values)
{
    replay->shared.list[use] = (struct draws_list){ .at = values->at, .count = values->count };
    for (int number = 0; number < replay->batch; number++)
        replay->rows[number].draws = draws_taped(&replay->shared);
}

static void place_list(struct replay *replay, enum draw_use use, const struct verify_values *values)
{
    size_t steps = (size_t)values->shape[0], by_step = values->count / steps,
           by_place = by_step / (size_t)(replay->batch * replay->length);
    for (int number = 0; number < replay->batch; number++) {
        struct replay_row *row = &replay->rows[number];
        size_t first = (size_t)(number * replay->length + row->at[0]);
        row->tape.list[use] = (struct draws_list){ .at = values->at,
                                                   .count = values->count,
                                                   .first = first * by_place,
                                                   .by_step = by_step,
                                                   .by_place = by_place };
    }
}

bool replay_draws(struct replay *replay, enum draw_use use, const char *key, struct lacuna_error *error)
{
    const json_t *numbers = json_object_get(json_object_get(replay->one, "inputs"), key);
    struct verify_values *values = use == DRAW_RANK ? &replay->ranks : &replay->pieces;
    if (!numbers)
        return true;
    bool ragged = json_is_array(numbers) && json_is_array(json_array_get(numbers, 0)) &&
                  json_is_number(json_array_get(json_array_get(numbers, 0), 0));
    if (ragged ? !read_ragged(values, numbers, error)
               : !verify_values_read(values, replay->file, numbers, error))
        return false;
    if (ragged) {
        share_list(replay, use, values);
        return true;
    }
    if (values->rank < 3 || values->shape[1] != replay->batch || values->shape[2] != replay->length)
        return fail(error, LACUNA_MODEL, "%s has not the shape of the states", key);
    place_list(replay, use, values);
    return true;
}

/* ---- the run */

static void observe(void *user, int step, int steps, struct sequence *const *sequences, int count)
{
    (void)step;
    (void)steps;
    (void)sequences;
    (void)count;
    struct replay *replay = user;
    for (int number = 0; number < replay->batch; number++) {
        const struct replay_row *row = &replay->rows[number];
        for (int i = 0; i < row->sequence.canvas.size; i++)
            replay->state[number * replay->length + row->at[i]] = row->sequence.canvas.ids[i];
    }
    keep_state(replay);
}

static bool run_guided(struct replay *replay, struct lacuna_error *error)
{
    bool fine = true;
    for (int number = 0; number < replay->batch && fine; number++) {
        struct replay_row *row = &replay->rows[number];
        struct sequence *sequence = &row->sequence;
        replay->denoise.guidance.condition =
            (struct condition){ row->with, row->without, row->positions, row->condition_count };
        fine = denoise_run(&replay->denoise, &sequence, 1, error);
    }
    return fine;
}

bool replay_run(struct replay *replay, struct lacuna_error *error)
{
    replay->denoise.workspace = &replay->workspace;
    replay->denoise.user = replay;
    replay->denoise.observe = observe;
    bool fine;
    if (replay->denoise.guidance.active) {
        fine = run_guided(replay, error);
    } else {
        struct sequence **sequences = memory_new((size_t)replay->batch, sizeof *sequences);
        for (int number = 0; number < replay->batch; number++)
            sequences[number] = &replay->rows[number].sequence;
        fine = denoise_run(&replay->denoise, sequences, replay->batch, error);
        free(sequences);
    }
    replay->steps = replay->rows[0].sequence.steps;
    return fine;
}

/* ---- what came out */

static bool same_state(const struct replay *replay, const double *expected, size_t number,
                       struct lacuna_error *error)
{
    size_t size = (size_t)(replay->batch * replay->length);
    if (number >= replay->state_count)
        return fail(error, LACUNA_MODEL, "the run ends after %zu states", replay->state_count);
    const int32_t *state = replay->states + number * size;
    for (size_t k = 0; k < size; k++)
        if (state[k] != (int32_t)expected[k])
            return fail(error, LACUNA_MODEL, "in state %zu token %zu of row %zu is %d, expected %d", number,
                        k % (size_t)replay->length, k / (size_t)replay->length, (int)state[k],
                        (int)expected[k]);
    return true;
}

static bool read_states(const struct replay *replay, const char *key, struct verify_values *states,
                        struct lacuna_error *error)
{
    size_t size = (size_t)(replay->batch * replay->length);
    if (!verify_values_read(states, replay->file,
                            json_object_get(json_object_get(replay->one, "outputs"), key), error))
        return false;
    return (states->count && states->count % size == 0) ||
           fail(error, LACUNA_MODEL, "%s has not the shape of the batch", key);
}

bool replay_states(const struct replay *replay, struct lacuna_error *error)
{
    struct verify_values states = { 0 };
    size_t size = (size_t)(replay->batch * replay->length), number = 0;
    bool fine = read_states(replay, "x_steps", &states, error);
    for (size_t at = 0; fine && at < states.count; at += size) {
        bool repeated = at && !memcmp(states.at + at, states.at + at - size, size * sizeof *states.at);
        if (!repeated && !(at == 0 && same_state(replay, states.at, 0, NULL)))
            fine = same_state(replay, states.at + at, ++number, error);
    }
    verify_values_free(&states);
    return fine;
}

bool replay_final(const struct replay *replay, struct lacuna_error *error)
{
    struct verify_values final = { 0 };
    bool fine = read_states(replay, "final", &final, error) &&
                same_state(replay, final.at, replay->state_count - 1, error);
    verify_values_free(&final);
    return fine;
}
