#include "model/verify/vector_runs.h"

#include "model/base/memory.h"

#include <stdlib.h>
#include <string.h>

/* Latents before or after a step, taken from the state that the loop keeps for the sequence. */
static void record(const struct vector_recorder *recorder, float *into, size_t step, const float *x)
{
    const struct vector_run *run = recorder->run;
    if (into)
        memcpy(into + (step * run->batch + run->row) * recorder->numbers, x,
               recorder->numbers * sizeof *into);
}

static void observe(void *user, int step, int steps, struct sequence *const *sequences, int count)
{
    (void)count;
    const struct vector_recorder *recorder = user;
    const struct vector_run *run = recorder->run;
    const struct vector_state *state = sequences[0]->state;
    record(recorder, run->after, (size_t)step - 1, state->x);
    if (step < steps)
        record(recorder, run->before, (size_t)step, state->x);
    if (run->start)
        memcpy(run->start + run->row * recorder->numbers, state->start,
               recorder->numbers * sizeof *run->start);
}

static struct draws_tape tape_of(const struct vector_run *run, size_t numbers)
{
    size_t first = run->row * numbers, all = run->batch * numbers;
    return (struct draws_tape){
        .list[DRAW_NOISE] = { .at = run->noise,
                              .count = all,
                              .first = first,
                              .by_step = all,
                              .by_place = run->width },
        .list[DRAW_PIECE] = { .at = run->step_noise,
                              .count = run->step_noise ? all * (size_t)run->denoise->steps : 0,
                              .first = first,
                              .by_step = all,
                              .by_place = run->width },
    };
}

bool vector_run(const struct vector_run *run, struct lacuna_error *error)
{
    struct vector_recorder recorder = { run, run->size * run->width };
    struct draws_tape tape = tape_of(run, recorder.numbers);
    struct draws draws = draws_taped(&tape);
    struct sequence sequence = { .canvas = canvas_new((int)run->size, 0), .draws = &draws };
    struct denoise denoise = *run->denoise;
    struct process_noise noise = denoise_noise(&denoise);
    for (size_t i = 0; i < run->size; i++) {
        sequence.canvas.open[i] = run->open ? run->open[i] != 0 : 1;
        sequence.canvas.ids[i] = run->ids ? run->ids[i] : 0;
    }
    denoise.user = &recorder;
    denoise.observe = observe;
    denoise.process->begin(&sequence.canvas, &noise, &draws);
    for (size_t i = 0; i < recorder.numbers && run->before; i++)
        run->before[run->row * recorder.numbers + i] = (float)run->noise[run->row * recorder.numbers + i];
    struct sequence *sequences[] = { &sequence };
    bool fine = denoise_run(&denoise, sequences, 1, error);
    canvas_free(&sequence.canvas);
    return fine;
}
