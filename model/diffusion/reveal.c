/* Samplers that reveal: guesses at the open places are ranked, and the best are decided. */
#include "model/diffusion/turn.h"

#include "model/base/memory.h"
#include "model/diffusion/logits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* So far above all others that what was drawn is chosen wherever it may be. */
static const float DRAWN = 1e3f;

/* Open places [first, end) of the turn that the step may reveal. */
struct range {
    int first, end;
};

static struct range range_of(const struct turn *turn)
{
    const struct view *view = turn->view;
    struct range range = { 0, view->count };
    while (range.first < range.end && view->places[range.first] < view->sequence->from)
        range.first++;
    while (range.end > range.first && view->places[range.end - 1] >= turn->block->end)
        range.end--;
    return range;
}

/* With a temperature, places are drawn by the softmax of their ranks (Dream, Ye et al. 2025), which the order
 * of noisy ranks does without putting back. */
static double noisy_rank(const struct turn *turn, int k)
{
    double rank = turn->denoise->sampler->rank(&turn->guesses[k]), heat = turn->settings.alg_temp;
    return heat > 0 ? rank - heat * log(-log(turn->guesses[k].uniform)) : rank;
}

/* Order of places by falling rank; equal ranks keep the order of the text. */
static void rank_guesses(struct turn *turn, struct range range)
{
    double *rank = memory_new((size_t)(range.end - range.first), sizeof *rank);
    for (int k = range.first; k < range.end; k++) {
        int own = k - range.first, at = own;
        rank[own] = noisy_rank(turn, k);
        for (; at > 0 && rank[turn->order[at - 1] - range.first] < rank[own]; at--)
            turn->order[at] = turn->order[at - 1];
        turn->order[at] = k;
    }
    free(rank);
}

static int count_reveals(const struct turn *turn, struct range range)
{
    const struct denoise *denoise = turn->denoise;
    const struct noise_schedule *schedule = &denoise->schedule;
    const struct reverse *reverse = &turn->reverse;
    int count = range.end - range.first;
    if (reverse->last || !count)
        return count;
    double noise = (1 - schedule_alpha_bar(schedule, reverse->s)) / (1 - schedule_alpha_bar(schedule, 1));
    int keep = (int)floor(turn->block->total * noise + 1e-9);
    struct sampler_step step = { .guesses = turn->guesses + range.first,
                                 .count = count,
                                 .total = turn->block->total,
                                 .step = reverse->step,
                                 .steps = reverse->steps,
                                 .scheduled = count - keep > 1 ? count - keep : 1,
                                 .reveal = schedule_reveal(schedule, reverse->t, reverse->s),
                                 .settings = &turn->settings };
    if (denoise->sampler->done && denoise->sampler->done(&step))
        return count;
    int take = denoise->sampler->count ? denoise->sampler->count(&step) : step.scheduled;
    if (take < 1 && reverse->step > reverse->steps)
        take = 1;
    return take > count ? count : take;
}

/* The rows that pieces are drawn from, if they are not those of the view. */
static void temper_rows(struct turn *turn)
{
    const struct sampler *sampler = turn->denoise->sampler;
    const struct view *view = turn->view;
    struct workspace *work = turn->denoise->workspace;
    bool limited = nucleus_limits(&turn->settings.nucleus);
    double heat = view->sequence->heat;
    if (heat <= 0 && !(sampler->judged == JUDGED_DRAWN && limited))
        return;
    turn_heat(turn);
    if (work->room_room < (size_t)view->vocabulary)
        work->room = memory_grow(work->room, &work->room_room, (size_t)view->vocabulary, sizeof *work->room);
    for (int k = 0; k < view->count; k++) {
        memcpy(turn->hot[k], view->choice[k], (size_t)view->vocabulary * sizeof **turn->hot);
        if (sampler->judged == JUDGED_DRAWN || sampler->picking != PICK_GUMBEL || limited)
            temper(turn->hot[k], view->vocabulary, heat, &turn->settings.nucleus, work->room);
    }
}

static const float *judged_row(const struct turn *turn, int k)
{
    switch (turn->denoise->sampler->judged) {
    case JUDGED_GUIDED:
        return turn->view->choice[k];
    case JUDGED_DRAWN:
        return turn->hot ? turn->hot[k] : turn->view->choice[k];
    case JUDGED_PLAIN:
        break;
    }
    return turn->view->with[k];
}

static void stand_out(struct turn *turn, int k, int32_t token)
{
    turn->guesses[k].token = token;
    turn->guesses[k].probability = exp(judged_row(turn, k)[token]);
    turn->hot[k][token] += DRAWN;
}

/* Draws a piece for place k: it stands out in the row of which the best is chosen. */
static void draw(struct turn *turn, int k)
{
    const struct view *view = turn->view;
    const struct draws *draws = turn->reverse.draws;
    enum picking picking = turn->denoise->sampler->picking;
    double heat = view->sequence->heat;
    bool tempered = picking != PICK_GUMBEL || nucleus_limits(&turn->settings.nucleus);
    if (heat <= 0 || picking == PICK_BEST)
        return;
    draws_seek(draws, DRAW_PIECE, turn->reverse.number, view->places[k]);
    if (picking == PICK_GUMBEL)
        add_gumbel(turn->hot[k], view->vocabulary, tempered ? 1 : heat, draws);
    else
        stand_out(turn, k, draw_piece(turn->hot[k], view->vocabulary, draws));
}

static void look_at_place(struct turn *turn, int k)
{
    const struct draws *draws = turn->reverse.draws;
    struct guess *guess = &turn->guesses[k];
    guess->place = turn->view->places[k];
    guess->token = -1;
    draws_seek(draws, DRAW_RANK, turn->reverse.number, guess->place);
    guess->uniform = draw_uniform(draws);
    if (!turn->denoise->sampler->blind)
        distribution_shape(judged_row(turn, k), turn->view->vocabulary, &guess->margin, &guess->entropy);
}

static void take(struct turn *turn, struct range range)
{
    rank_guesses(turn, range);
    turn->reverse.take = count_reveals(turn, range);
}

static bool is_taken(const struct turn *turn, int k)
{
    for (int i = 0; i < turn->reverse.take; i++)
        if (turn->order[i] == k)
            return true;
    return false;
}

void turn_reveal(struct turn *turn)
{
    const struct view *view = turn->view;
    bool blind = turn->denoise->sampler->blind;
    struct range range = range_of(turn);
    temper_rows(turn);
    for (int k = 0; k < view->count; k++)
        look_at_place(turn, k);
    if (blind)
        take(turn, range);
    for (int k = range.first; k < range.end; k++) {
        if (!blind || is_taken(turn, k))
            draw(turn, k);
    }
    turn_choose(turn, false);
    for (int k = 0; k < view->count; k++) {
        struct guess *guess = &turn->guesses[k];
        if (guess->token != turn->tokens[k]) {
            guess->token = turn->tokens[k];
            guess->probability = exp(judged_row(turn, k)[guess->token]);
        }
        guess->shown = exp(view->with[k][guess->token]);
    }
    if (!blind)
        take(turn, range);
    turn->reverse.settles = true;
}

void turn_finish(struct turn *turn)
{
    struct reverse *reverse = &turn->reverse;
    struct range range = range_of(turn);
    reverse->last = reverse->settles = true;
    if (turn->denoise->sampler->blind)
        for (int k = range.first; k < range.end; k++)
            if (!is_taken(turn, k))
                draw(turn, k);
    turn_choose(turn, false);
    turn_guess(turn);
    reverse->take = 0;
    for (int k = range.first; k < range.end; k++)
        turn->order[reverse->take++] = k;
}
