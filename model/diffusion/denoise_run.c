/* The steps of a run over what denoise.c shows of them. */
#include "model/diffusion/early.h"

#include "model/base/memory.h"
#include "model/diffusion/logits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Where a sequence stands in its run. */
struct stage {
    struct block block;
    struct time_step time;
    struct early early;
};

struct run {
    const struct denoise *denoise;
    struct stage **stages; /* of each sequence that is looked at */
    int changes;           /* places that the step changed */
};

void turn_choose(const struct turn *turn, bool freely)
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

void turn_heat(struct turn *turn)
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

void turn_guess(const struct turn *turn)
{
    for (int k = 0; k < turn->view->count; k++) {
        int32_t token = turn->tokens[k];
        turn->guesses[k].place = turn->view->places[k];
        turn->guesses[k].token = token;
        turn->guesses[k].probability = turn->guesses[k].shown = exp(turn->view->with[k][token]);
    }
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
        turn_heat(turn);
    for (int k = 0; k < turn->view->count; k++) {
        if (weigh)
            weigh(reverse, k, turn->hot[k]);
        if (!weigh || !draw_row(turn, k, moving ? 1 : turn->view->sequence->heat))
            turn->order[reverse->take++] = k;
    }
    turn_choose(turn, moving);
    turn_guess(turn);
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
    const struct time_step *time = &run->stages[index]->time;
    size_t count = (size_t)view->count;
    struct turn turn = { .denoise = denoise,
                         .view = view,
                         .block = &run->stages[index]->block,
                         .settings = settings_of(denoise),
                         .guesses = memory_new(count, sizeof *turn.guesses),
                         .tokens = memory_new(count, sizeof *turn.tokens),
                         .order = memory_new(count, sizeof *turn.order) };
    turn.reverse = (struct reverse){ .process = denoise->process,
                                     .noise = &noise,
                                     .schedule = &denoise->schedule,
                                     .canvas = &sequence->canvas,
                                     .state = sequence->state,
                                     .t = time->t,
                                     .s = time->s,
                                     .step = time->step,
                                     .steps = time->steps,
                                     .number = time->number,
                                     .last = time->last,
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
        turn_reveal(&turn);
    if (turn.settings.early_exit > 0 && early_exit(&run->stages[index]->early, &turn))
        turn_finish(&turn);
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
        sequences[i]->t = run->stages[i]->time.t;
    bool fine = denoise_look(run->denoise, sequences, count, advance_sequence, run, error);
    for (int i = 0; i < count; i++)
        sequences[i]->t = run->stages[i]->time.s;
    return fine;
}

bool denoise_step(const struct denoise *denoise, struct time_step step, struct sequence *const *sequences,
                  int count, struct lacuna_error *error)
{
    struct stage *stages = memory_new((size_t)count, sizeof *stages);
    struct run run = { .denoise = denoise, .stages = memory_new((size_t)count, sizeof(struct stage *)) };
    step.number = step.number ? step.number : step.step;
    for (int i = 0; i < count; i++) {
        const struct canvas *canvas = &sequences[i]->canvas;
        stages[i].block = (struct block){ .end = canvas->size, .total = canvas_open(canvas) };
        stages[i].time = step;
        run.stages[i] = &stages[i];
    }
    bool fine = take_step(&run, sequences, count, error);
    for (int i = 0; i < count; i++)
        early_free(&stages[i].early);
    free(run.stages);
    free(stages);
    return fine;
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

static void open_caches(const struct denoise *denoise, struct sequence *const *sequences, int count)
{
    bool wanted =
        denoise->sampler->caching != CACHE_NOTHING && denoise->session && denoiser_caches(denoise->session);
    for (int i = 0; i < count && wanted; i++)
        for (int side = 0; side < (denoise->guidance.active ? 2 : 1); side++)
            sequences[i]->caches[side] = denoiser_cache_new();
}

static void close_caches(struct sequence *const *sequences, int count)
{
    for (int i = 0; i < count; i++) {
        for (int side = 0; side < 2; side++) {
            denoiser_cache_free(sequences[i]->caches[side]);
            sequences[i]->caches[side] = NULL;
        }
        sequences[i]->from = sequences[i]->to = 0;
    }
}

/* The sequences with open places, each at its next step; returns how many. */
static int find_live(struct run *run, struct stage *stages, struct sequence *const *sequences, int count,
                     struct sequence **live)
{
    int living = 0;
    for (int i = 0; i < count; i++) {
        struct stage *stage = &stages[i];
        if (!canvas_open(&sequences[i]->canvas))
            continue;
        block_advance(&stage->block, run->denoise, &sequences[i]->canvas);
        stage->time = block_time(&stage->block, run->denoise);
        block_look(&stage->block, run->denoise, sequences[i]);
        run->stages[living] = stage;
        live[living++] = sequences[i];
    }
    return living;
}

bool denoise_run(const struct denoise *denoise, struct sequence *const *sequences, int count,
                 struct lacuna_error *error)
{
    struct stage *stages = memory_new((size_t)count, sizeof *stages);
    struct sequence **live = memory_new((size_t)count, sizeof *live);
    struct run run = { .denoise = denoise, .stages = memory_new((size_t)count, sizeof(struct stage *)) };
    int leading = count ? canvas_open(&sequences[0]->canvas) : 0;
    bool one_by_one = !denoise->process->moves && leading > 0;
    int steps = one_by_one && leading < denoise->steps ? leading : denoise->steps;
    bool fine = true, *opened = memory_new((size_t)count, sizeof *opened);
    denoise_open_states(denoise, sequences, count, opened);
    open_caches(denoise, sequences, count);
    for (int step = 1; fine && !flag(denoise->stop); step++) {
        int living = find_live(&run, stages, sequences, count, live);
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
    close_caches(sequences, count);
    for (int i = 0; i < count; i++)
        early_free(&stages[i].early);
    free(opened);
    free(run.stages);
    free(stages);
    free(live);
    return fine;
}
