#include "model/diffusion/vectors.h"

#include "model/base/memory.h"
#include "model/diffusion/beta.h"

#include <stdlib.h>
#include <string.h>

static bool prepare_discrete(struct vectors *vectors, int steps, struct lacuna_error *error)
{
    int whole = vectors->framing.steps;
    const struct beta_schedule *schedule = beta_find(vectors->framing.noise);
    if (!schedule)
        return fail(error, LACUNA_MODEL, "the noise schedule %s is not known", vectors->framing.noise);
    double *betas = memory_new((size_t)whole, sizeof *betas);
    int *kept = memory_new((size_t)whole, sizeof *kept);
    bool fine = beta_fill(schedule, betas, whole, error);
    vectors->steps = steps > 0 && steps < whole ? steps : whole;
    if (fine) {
        gaussian_spread(whole, vectors->steps, kept);
        vectors->gaussian = gaussian_new(betas, whole, vectors->steps < whole ? kept : NULL, vectors->steps);
        vectors->visits = memory_new((size_t)vectors->steps, sizeof *vectors->visits);
        for (int i = 0; i < vectors->steps; i++)
            vectors->visits[i] = vectors->steps - 1 - i;
        vectors->rounds_to = vectors->steps - 1;
    }
    free(betas);
    free(kept);
    return fine;
}

static bool prepare_continuous(struct vectors *vectors, int steps, struct lacuna_error *error)
{
    enum { STEPS = 100 };
    vectors->steps = steps > 0 ? steps : STEPS;
    vectors->log_snr = log_snr_find(vectors->framing.noise);
    return vectors->log_snr ||
           fail(error, LACUNA_MODEL, "the noise schedule %s is not known", vectors->framing.noise);
}

bool vectors_prepare(struct vectors *vectors, const struct framing *framing, const struct rounding *rounding,
                     int steps, struct lacuna_error *error)
{
    *vectors = (struct vectors){ .framing = framing->vectors, .rounding = rounding };
    return framing->vectors.steps > 0 ? prepare_discrete(vectors, steps, error)
                                      : prepare_continuous(vectors, steps, error);
}

void vectors_free(struct vectors *vectors)
{
    gaussian_free(&vectors->gaussian);
    free(vectors->visits);
    *vectors = (struct vectors){ 0 };
}

static void hold_given(struct vector_state *state, const struct canvas *canvas, int place)
{
    size_t at = (size_t)place * state->width, bytes = state->width * sizeof(float);
    const float *row = rounding_row(state->vectors->rounding, canvas->ids[place]);
    memcpy(state->x + at, row, bytes);
    memcpy(state->start + at, row, bytes);
}

static void draw_noise(struct vector_state *state, const struct draws *draws, enum draw_use use, int step,
                       int place)
{
    draws_seek(draws, use, step, place);
    for (size_t i = 0; i < state->width; i++)
        state->noise[i] = draw_normal(draws);
}

void *vectors_open(const struct canvas *canvas, const struct process_noise *noise, const struct draws *draws)
{
    const struct vectors *vectors = noise->vectors;
    size_t size = (size_t)canvas->size, width = (size_t)vectors->framing.width;
    struct vector_state *state = memory_new(1, sizeof *state);
    *state = (struct vector_state){ .vectors = vectors,
                                    .size = size,
                                    .width = width,
                                    .x = memory_new(size * width, sizeof(float)),
                                    .start = memory_new(size * width, sizeof(float)),
                                    .noise = memory_new(width, sizeof(float)) };
    if (vectors->steering) {
        state->mean = memory_new(size * width, sizeof(float));
        state->steering = steering_room_new(vectors->steering, canvas->size, (int)width);
    }
    for (int i = 0; i < canvas->size; i++) {
        if (!canvas->open[i])
            hold_given(state, canvas, i);
        if (!canvas->open[i] && !vectors->noise_everywhere)
            continue;
        draw_noise(state, draws, DRAW_NOISE, 1, i);
        memcpy(state->x + (size_t)i * width, state->noise, width * sizeof(float));
    }
    return state;
}

void vectors_close(void *user)
{
    struct vector_state *state = user;
    if (!state)
        return;
    free(state->x);
    free(state->start);
    for (int side = 0; side < 2; side++) {
        free(state->branch[side].input);
        free(state->branch[side].predicted);
    }
    free(state->noise);
    free(state->mean);
    steering_room_free(state->steering);
    free(state);
}

/* The noise lies in the state; what an open place shows is any token. */
void vectors_begin(struct canvas *canvas, const struct process_noise *noise, const struct draws *draws)
{
    (void)draws;
    for (int i = 0; i < canvas->size; i++)
        if (canvas->open[i])
            canvas->ids[i] = noise->mask > 0 ? noise->mask : 0;
}

/* Memory of a branch is taken at the first step, when it is known how long its condition is. */
static void open_branch(struct vector_state *state, int side, size_t rows, size_t in)
{
    if (state->branch[side].input)
        return;
    state->branch[side].input = memory_new(rows * in, sizeof(float));
    state->branch[side].predicted = memory_new(2 * state->size * state->width, sizeof(float));
}

void vectors_lay(struct vector_state *state, const struct canvas *canvas, int side, struct rows *rows)
{
    size_t width = state->width, bytes = width * sizeof(float), front = (size_t)rows->count - state->size;
    size_t in = state->vectors->framing.self_conditioned ? 2 * width : width;
    open_branch(state, side, (size_t)rows->count, in);
    float *to = state->branch[side].input;
    for (size_t i = 0; i < front; i++)
        memcpy(to + i * in, rounding_row(state->vectors->rounding, rows->ids[i]), bytes);
    for (size_t i = 0; i < state->size; i++) {
        float *row = to + (front + i) * in;
        memcpy(row, state->x + i * width, bytes);
        if (in > width && canvas->open[i])
            memcpy(row + width, state->start + i * width, bytes);
        else if (in > width)
            memset(row + width, 0, bytes);
    }
    rows->vectors = to;
    rows->predicted = state->branch[side].predicted;
}

void vectors_mix(void *user, int count, double scale)
{
    struct vector_state *state = user;
    float *with = state->branch[0].predicted;
    const float *without = state->branch[1].predicted;
    size_t numbers = (size_t)count * state->width * (state->vectors->framing.learned_variance ? 2 : 1);
    for (size_t i = 0; i < numbers; i++)
        with[i] = without[i] + (float)scale * (with[i] - without[i]);
}

const float *vectors_predicted(const struct vector_state *state, int k)
{
    return state->branch[0].predicted +
           (size_t)k * state->width * (state->vectors->framing.learned_variance ? 2 : 1);
}

void vectors_draw(struct vector_state *state, const struct reverse *reverse, int place)
{
    draw_noise(state, reverse->draws, DRAW_PIECE, reverse->step, place);
}

void vectors_finish(struct vector_state *state, const struct reverse *reverse)
{
    struct canvas *canvas = reverse->canvas;
    for (int i = 0; i < canvas->size; i++)
        if (!canvas->open[i])
            hold_given(state, canvas, i);
    for (int k = 0; k < reverse->count; k++) {
        const struct guess *guess = &reverse->guesses[k];
        if (reverse->last)
            canvas_put(canvas, guess->place, guess->token, (float)guess->probability);
        else
            canvas->ids[guess->place] = guess->token;
    }
    state->step++;
}
