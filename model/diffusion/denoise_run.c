/* The steps of a run over what denoise.c shows of them. */
#include "model/diffusion/denoise.h"

#include "model/base/memory.h"
#include "model/diffusion/logits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct run {
    const struct denoise *denoise;
    int *total; /* [count] open places at the start */
    int step;
    struct sequence **live; /* those with open places */
    int *origin;            /* [live] index in total */
};

static void choose(const struct denoise *denoise, const struct view *view, int32_t *tokens)
{
    if (denoise->choose) {
        denoise->choose(denoise->user, view, tokens);
        return;
    }
    for (int k = 0; k < view->count; k++)
        tokens[k] = argmax(view->choice[k], denoise->framing->vocabulary);
}

/* The guesses before heat and choice touch the rows, which may be the same memory. */
static void guess_shapes(const struct denoise *denoise, const struct view *view, const struct draws *draws,
                         struct guess *guesses)
{
    for (int k = 0; k < view->count; k++) {
        guesses[k] = (struct guess){ .place = view->places[k], .uniform = draw_uniform(draws) };
        distribution_shape(view->with[k], denoise->framing->vocabulary, &guesses[k].margin,
                           &guesses[k].entropy);
    }
}

/* Order of places by falling rank; equal ranks keep the order of the text. */
static void rank_guesses(const struct sampler *sampler, const struct guess *guesses, int count, int *order)
{
    double *rank = memory_new((size_t)count, sizeof *rank);
    for (int k = 0; k < count; k++) {
        rank[k] = sampler->rank(&guesses[k]);
        int at = k;
        for (; at > 0 && rank[order[at - 1]] < rank[k]; at--)
            order[at] = order[at - 1];
        order[at] = k;
    }
    free(rank);
}

static int count_reveals(const struct run *run, const struct guess *guesses, int count, int total)
{
    const struct denoise *denoise = run->denoise;
    if (run->step >= denoise->steps)
        return count;
    double t = 1 - (double)(run->step - 1) / denoise->steps, s = 1 - (double)run->step / denoise->steps;
    int keep = (int)floor(total * (1 - denoise->schedule->alpha_bar(s)) + 1e-9);
    struct sampler_step step = { .guesses = guesses,
                                 .count = count,
                                 .step = run->step,
                                 .steps = denoise->steps,
                                 .scheduled = count - keep > 1 ? count - keep : 1,
                                 .reveal = schedule_reveal(denoise->schedule, t, s) };
    if (denoise->sampler->done && denoise->sampler->done(&step))
        return count;
    int take = denoise->sampler->count ? denoise->sampler->count(&step) : step.scheduled;
    return take > count ? count : take;
}

static float *heated_room(struct workspace *workspace, size_t floats)
{
    if (workspace->heated_room < floats)
        workspace->heated =
            memory_grow(workspace->heated, &workspace->heated_room, floats, sizeof *workspace->heated);
    return workspace->heated;
}

static void advance_sequence(void *user, int index, const struct view *view)
{
    struct run *run = user;
    const struct denoise *denoise = run->denoise;
    struct sequence *sequence = view->sequence;
    struct draws draws = draws_random(&sequence->random);
    size_t count = (size_t)view->count;
    int32_t vocabulary = denoise->framing->vocabulary;
    struct guess *guesses = memory_new(count, sizeof *guesses);
    int32_t *tokens = memory_new(count, sizeof *tokens);
    int *order = memory_new(count, sizeof *order);
    float *heated = NULL, **rows = NULL;
    struct view hot = *view;
    guess_shapes(denoise, view, &draws, guesses);
    if (sequence->heat > 0) {
        heated = heated_room(denoise->workspace, count * (size_t)vocabulary);
        rows = memory_new(count, sizeof *rows);
        for (size_t k = 0; k < count; k++) {
            rows[k] = heated + k * (size_t)vocabulary;
            memcpy(rows[k], view->choice[k], (size_t)vocabulary * sizeof *heated);
            add_gumbel(rows[k], vocabulary, sequence->heat, &draws);
        }
        hot.choice = (const float *const *)rows;
    }
    choose(denoise, &hot, tokens);
    for (size_t k = 0; k < count; k++) {
        guesses[k].token = tokens[k];
        guesses[k].probability = exp(view->with[k][tokens[k]]);
    }
    rank_guesses(denoise->sampler, guesses, view->count, order);
    struct process_noise noise = { .mask = denoise->framing->mask, .vocabulary = vocabulary };
    denoise->process->advance(&sequence->canvas, guesses, order,
                              count_reveals(run, guesses, view->count, run->total[run->origin[index]]),
                              &noise, &draws);
    sequence->steps++;
    free(rows);
    free(order);
    free(tokens);
    free(guesses);
}

static int find_live(struct run *run, struct sequence *const *sequences, int count)
{
    int live = 0;
    for (int i = 0; i < count; i++)
        if (canvas_open(&sequences[i]->canvas)) {
            run->origin[live] = i;
            run->live[live++] = sequences[i];
        }
    return live;
}

static bool flag(const atomic_bool *at)
{
    return at && atomic_load(at);
}

bool denoise_run(const struct denoise *denoise, struct sequence *const *sequences, int count,
                 struct lacuna_error *error)
{
    struct run run = { .denoise = denoise,
                       .total = memory_new((size_t)count, sizeof *run.total),
                       .live = memory_new((size_t)count, sizeof *run.live),
                       .origin = memory_new((size_t)count, sizeof *run.origin) };
    for (int i = 0; i < count; i++)
        run.total[i] = canvas_open(&sequences[i]->canvas);
    bool fine = true;
    int live, leading = count ? run.total[0] : 0;
    int steps = leading < denoise->steps && leading > 0 ? leading : denoise->steps;
    while (fine && !flag(denoise->stop) && (live = find_live(&run, sequences, count)) > 0) {
        run.step++;
        fine = denoise_look(denoise, run.live, live, advance_sequence, &run, error);
        if (fine && denoise->observe)
            denoise->observe(denoise->user, run.step, run.step > steps ? run.step : steps, sequences, count);
    }
    free(run.total);
    free(run.live);
    free(run.origin);
    return fine;
}
