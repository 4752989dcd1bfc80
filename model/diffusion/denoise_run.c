/* The steps of a run over what denoise.c shows of them. */
#include "model/diffusion/denoise.h"

#include "model/base/memory.h"
#include "model/diffusion/logits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct run {
    const struct denoise *denoise;
    const int *total; /* [count] open places at the start, of each sequence that is looked at */
    struct time_step time;
    int changes; /* places that the step changed */
};

/* One sequence in one step. Arrays are [count], an element an open place. */
struct turn {
    const struct denoise *denoise;
    const struct view *view;
    struct reverse reverse;
    struct guess *guesses;
    int32_t *tokens;
    int *order;
    float **hot; /* rows with temperature, or the noise of drawing */
};

static void choose(const struct turn *turn, bool freely)
{
    const struct denoise *denoise = turn->denoise;
    struct view hot = *turn->view;
    if (turn->hot)
        hot.choice = (const float *const *)turn->hot;
    if (denoise->choose && !freely) {
        denoise->choose(denoise->user, &hot, turn->tokens);
        return;
    }
    for (int k = 0; k < hot.count; k++)
        turn->tokens[k] = argmax(hot.choice[k], hot.vocabulary);
}

static void make_hot(struct turn *turn)
{
    struct workspace *work = turn->denoise->workspace;
    size_t count = (size_t)turn->view->count, vocabulary = (size_t)turn->view->vocabulary;
    if (work->heated_room < count * vocabulary)
        work->heated =
            memory_grow(work->heated, &work->heated_room, count * vocabulary, sizeof *work->heated);
    turn->hot = memory_new(count, sizeof *turn->hot);
    for (size_t k = 0; k < count; k++)
        turn->hot[k] = work->heated + k * vocabulary;
}

static void set_guesses(const struct turn *turn)
{
    for (int k = 0; k < turn->view->count; k++) {
        int32_t token = turn->tokens[k];
        turn->guesses[k].place = turn->view->places[k];
        turn->guesses[k].token = token;
        turn->guesses[k].probability = exp(turn->view->with[k][token]);
    }
}

/* ---- samplers that reveal */

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

static int count_reveals(const struct turn *turn, const struct time_step *time, int total)
{
    const struct denoise *denoise = turn->denoise;
    int count = turn->view->count;
    if (time->last)
        return count;
    double noise = (1 - schedule_alpha_bar(&denoise->schedule, time->s)) /
                   (1 - schedule_alpha_bar(&denoise->schedule, 1));
    int keep = (int)floor(total * noise + 1e-9);
    struct sampler_step step = { .guesses = turn->guesses,
                                 .count = count,
                                 .step = time->step,
                                 .steps = time->steps,
                                 .scheduled = count - keep > 1 ? count - keep : 1,
                                 .reveal = schedule_reveal(&denoise->schedule, time->t, time->s) };
    if (denoise->sampler->done && denoise->sampler->done(&step))
        return count;
    int take = denoise->sampler->count ? denoise->sampler->count(&step) : step.scheduled;
    return take > count ? count : take;
}

static void reveal(struct turn *turn, const struct time_step *time, int total)
{
    const struct view *view = turn->view;
    const struct draws *draws = turn->reverse.draws;
    double heat = view->sequence->heat;
    for (int k = 0; k < view->count; k++) {
        draws_seek(draws, DRAW_RANK, time->step, view->places[k]);
        turn->guesses[k].uniform = draw_uniform(draws);
        distribution_shape(view->with[k], view->vocabulary, &turn->guesses[k].margin,
                           &turn->guesses[k].entropy);
    }
    if (heat > 0)
        make_hot(turn);
    for (int k = 0; k < view->count && heat > 0; k++) {
        memcpy(turn->hot[k], view->choice[k], (size_t)view->vocabulary * sizeof **turn->hot);
        draws_seek(draws, DRAW_PIECE, time->step, view->places[k]);
        add_gumbel(turn->hot[k], view->vocabulary, heat, draws);
    }
    choose(turn, false);
    set_guesses(turn);
    rank_guesses(turn->denoise->sampler, turn->guesses, view->count, turn->order);
    turn->reverse.settles = true;
    turn->reverse.take = count_reveals(turn, time, total);
}

/* ---- samplers that follow the process */

/* Weights -> a row whose best is what is drawn, the mask left out; true: the mask is drawn. At a temperature
 * other than 1 whether it is the mask is drawn first, and then a piece by temperature. */
static bool draw_row(const struct turn *turn, int k, double heat)
{
    float *row = turn->hot[k];
    const struct draws *draws = turn->reverse.draws;
    int32_t vocabulary = turn->view->vocabulary, mask = turn->reverse.noise->mask;
    bool stays = false;
    if (turn->reverse.last && mask >= 0)
        row[mask] = 0;
    if (heat == 1) {
        draws_seek(draws, DRAW_PIECE, turn->reverse.step, turn->view->places[k]);
        race_weights(row, vocabulary, draws);
        stays = mask >= 0 && !turn->reverse.last && argmax(row, vocabulary) == mask;
    } else {
        double sum = 0;
        for (int32_t v = 0; v < vocabulary; v++)
            sum += row[v] > 0 ? (double)row[v] : 0;
        draws_seek(draws, DRAW_RANK, turn->reverse.step, turn->view->places[k]);
        stays = mask >= 0 && draw_uniform(draws) * sum < (double)row[mask];
        log_weights(row, vocabulary);
        draws_seek(draws, DRAW_PIECE, turn->reverse.step, turn->view->places[k]);
        add_gumbel(row, vocabulary, heat, draws);
    }
    if (mask >= 0)
        row[mask] = -INFINITY;
    return stays;
}

static void follow(struct turn *turn)
{
    const struct sampler *sampler = turn->denoise->sampler;
    struct reverse *reverse = &turn->reverse;
    void (*weigh)(const struct reverse *, int, float *) = reverse->last ? sampler->clean : sampler->weigh;
    bool moving = turn->denoise->process->moves && !reverse->last;
    reverse->settles = !moving;
    if (weigh)
        make_hot(turn);
    for (int k = 0; k < turn->view->count; k++) {
        if (weigh)
            weigh(reverse, k, turn->hot[k]);
        if (!weigh || !draw_row(turn, k, moving ? 1 : turn->view->sequence->heat))
            turn->order[reverse->take++] = k;
    }
    choose(turn, moving);
    set_guesses(turn);
}

/* ---- steps */

static int count_changes(const struct turn *turn)
{
    int changes = 0;
    for (int k = 0; k < turn->reverse.take; k++) {
        const struct guess *guess = &turn->guesses[turn->order[k]];
        changes += guess->token != turn->reverse.canvas->ids[guess->place];
    }
    return changes;
}

static void advance_sequence(void *user, int index, const struct view *view)
{
    struct run *run = user;
    const struct denoise *denoise = run->denoise;
    struct sequence *sequence = view->sequence;
    struct draws own = draws_random(&sequence->random);
    struct process_noise noise = denoise_noise(denoise);
    size_t count = (size_t)view->count;
    struct turn turn = { .denoise = denoise,
                         .view = view,
                         .guesses = memory_new(count, sizeof *turn.guesses),
                         .tokens = memory_new(count, sizeof *turn.tokens),
                         .order = memory_new(count, sizeof *turn.order) };
    turn.reverse = (struct reverse){ .process = denoise->process,
                                     .noise = &noise,
                                     .schedule = &denoise->schedule,
                                     .canvas = &sequence->canvas,
                                     .state = sequence->state,
                                     .t = run->time.t,
                                     .s = run->time.s,
                                     .step = run->time.step,
                                     .steps = run->time.steps,
                                     .last = run->time.last,
                                     .places = view->places,
                                     .count = view->count,
                                     .rows = view->choice,
                                     .scores = view->scores,
                                     .guesses = turn.guesses,
                                     .order = turn.order,
                                     .draws = sequence->draws ? sequence->draws : &own,
                                     .room = denoise->workspace->room };
    if (denoise->sampler->weigh)
        follow(&turn);
    else
        reveal(&turn, &run->time, run->total ? run->total[index] : view->count);
    run->changes += count_changes(&turn);
    denoise->process->advance(&turn.reverse);
    sequence->steps++;
    free(turn.hot);
    free(turn.order);
    free(turn.tokens);
    free(turn.guesses);
}

static bool take_step(struct run *run, struct sequence *const *sequences, int count,
                      struct lacuna_error *error)
{
    run->changes = 0;
    for (int i = 0; i < count; i++)
        sequences[i]->t = run->time.t;
    bool fine = denoise_look(run->denoise, sequences, count, advance_sequence, run, error);
    for (int i = 0; i < count; i++)
        sequences[i]->t = run->time.s;
    return fine;
}

bool denoise_step(const struct denoise *denoise, struct time_step step, struct sequence *const *sequences,
                  int count, struct lacuna_error *error)
{
    struct run run = { .denoise = denoise, .time = step };
    return take_step(&run, sequences, count, error);
}

/* Number `step` of the run: a sampler that follows the process takes one more, at the end. */
static struct time_step time_of(const struct denoise *denoise, int step)
{
    const struct sampler *sampler = denoise->sampler;
    double end = denoise->end != 0 ? denoise->end : sampler->end, steps = denoise->steps;
    struct time_step time = { .t = 1 - (1 - end) * (step - 1) / steps,
                              .s = 1 - (1 - end) * step / steps,
                              .step = step,
                              .steps = denoise->steps,
                              .last = step >= denoise->steps + (sampler->weigh != NULL) };
    if (step > denoise->steps)
        time.t = time.s = end;
    return time;
}

static bool flag(const atomic_bool *at)
{
    return at && atomic_load(at);
}

/* The rows of a step serve the next one too. */
static bool rows_last(const struct run *run, int live)
{
    const struct denoise *denoise = run->denoise;
    return denoise->sampler->reuses && denoise->framing->time == TIME_KIND_NONE &&
           !denoise->guidance.active && live == 1 && !run->changes;
}

bool denoise_run(const struct denoise *denoise, struct sequence *const *sequences, int count,
                 struct lacuna_error *error)
{
    int *total = memory_new((size_t)count, sizeof *total), *open = memory_new((size_t)count, sizeof *open);
    struct sequence **live = memory_new((size_t)count, sizeof *live);
    struct run run = { .denoise = denoise, .total = total };
    for (int i = 0; i < count; i++)
        open[i] = canvas_open(&sequences[i]->canvas);
    int leading = count ? open[0] : 0;
    bool one_by_one = !denoise->process->moves && leading > 0;
    int steps = one_by_one && leading < denoise->steps ? leading : denoise->steps;
    bool fine = true, *opened = memory_new((size_t)count, sizeof *opened);
    denoise_open_states(denoise, sequences, count, opened);
    for (int step = 1; fine && !flag(denoise->stop); step++) {
        run.time = time_of(denoise, step);
        int living = 0;
        for (int i = 0; i < count; i++)
            if (canvas_open(&sequences[i]->canvas)) {
                int now = canvas_open(&sequences[i]->canvas);
                total[living] = open[i] = now > open[i] ? now : open[i];
                live[living++] = sequences[i];
            }
        if (!living || (denoise->keeps_noise && step > denoise->steps))
            break;
        fine = take_step(&run, live, living, error) &&
               (!denoise->settle || denoise->settle(denoise->user, sequences, count, error));
        denoise->workspace->fresh = rows_last(&run, living);
        if (fine && denoise->observe)
            denoise->observe(denoise->user, step, step > steps ? step : steps, sequences, count);
    }
    denoise->workspace->fresh = false;
    denoise_close_states(denoise, sequences, count, opened);
    free(opened);
    free(total);
    free(open);
    free(live);
    return fine;
}
