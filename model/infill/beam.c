/* Best-first search over pieces, from left to right, for holes of a few pieces: the best fills in order, not
 * samples of them. */
#include "model/infill/group.h"

#include "model/base/memory.h"

#include <math.h>
#include <stdlib.h>

struct step {
    int parent;
    int place; /* in the canvas */
    int32_t id;
    double score;
    float probability;
};

struct beam {
    struct group *group;
    struct drafts *live;
    struct step *best; /* [width] best first */
    int width, count;
};

static void offer(struct beam *beam, struct step step)
{
    if (beam->count == beam->width && step.score <= beam->best[beam->count - 1].score)
        return;
    int at = beam->count < beam->width ? beam->count++ : beam->count - 1;
    for (; at > 0 && beam->best[at - 1].score < step.score; at--)
        beam->best[at] = beam->best[at - 1];
    beam->best[at] = step;
}

static int hole_of(const struct draft *draft, int place)
{
    int hole = 0;
    while (place >= draft->starts[hole + 1])
        hole++;
    return hole;
}

/* Every way to go on at the first open place. */
static void extend(void *user, int index, const struct view *view)
{
    struct beam *beam = user;
    const struct draft *draft = beam->live->at[index];
    int canvas_place = view->places[0], hole = hole_of(draft, canvas_place);
    const struct rule *rule = &beam->group->holes[hole].rule;
    struct stretch stretch = draft_stretch(beam->group, draft, hole);
    int place = canvas_place - (draft->starts[hole + 1] - stretch.size), state = 0;
    struct reach reach = reach_new(rule, &stretch);
    for (int i = 0; i < place && state >= 0; i++)
        state = reach_after(&reach, rule, state, i,
                            stretch.kept[i] ? stretch.macro[i] : rule_effect(rule, i, stretch.ids[i]));
    bool guarded = stretch_guarded(&stretch, place);
    for (int32_t id = 0; id < rule->pieces->count && state >= 0; id++) {
        double score = draft->rank + view->choice[0][id];
        if ((beam->count == beam->width && score <= beam->best[beam->count - 1].score) ||
            !rule_allows(rule, place, stretch.size, guarded, id) ||
            (place > 0 && stretch.ids[place - 1] == id && (rule->pieces->traits[id] & PIECE_ONCE)) ||
            reach_after(&reach, rule, state, place, rule_effect(rule, place, id)) < 0)
            continue;
        offer(beam, (struct step){ .parent = index,
                                   .place = canvas_place,
                                   .id = id,
                                   .score = score,
                                   .probability = expf(view->with[0][id]) });
    }
    reach_free(&reach);
}

static void grow(struct beam *beam)
{
    struct drafts next = { 0 };
    for (int i = 0; i < beam->count; i++) {
        const struct step *step = &beam->best[i];
        struct draft *draft = draft_copy(beam->group, beam->live->at[step->parent]);
        canvas_put(&draft->sequence.canvas, step->place, step->id, step->probability);
        draft->rank = step->score;
        draft->sequence.steps++;
        drafts_add(&next, draft);
    }
    drafts_free(beam->live, beam->group->hole_count);
    *beam->live = next;
}

static bool stopped(const struct group *group)
{
    return group->watch->stop && atomic_load(group->watch->stop);
}

bool group_beam(struct group *group, struct draft *draft, int width, struct drafts *out,
                struct lacuna_error *error)
{
    struct drafts live = { 0 };
    struct beam beam = { .group = group, .live = &live, .width = width };
    beam.best = memory_new((size_t)width, sizeof *beam.best);
    drafts_add(&live, draft);
    draft->rank = 0;
    bool fine = true;
    int open, steps = canvas_open(&draft->sequence.canvas);
    while (fine && live.count && (open = canvas_open(&live.at[0]->sequence.canvas)) > 0 && !stopped(group)) {
        struct sequence **sequences = drafts_sequences(&live);
        for (size_t i = 0; i < live.count; i++)
            sequences[i]->t = (double)open / steps;
        beam.count = 0;
        fine = denoise_look(&group->denoise, sequences, (int)live.count, extend, &beam, error);
        free(sequences);
        if (!fine)
            break;
        grow(&beam);
        if (live.count && group->denoise.observe) {
            struct sequence *leading = &live.at[0]->sequence;
            group->denoise.observe(group->denoise.user, steps - open + 1, steps, &leading, 1);
        }
    }
    for (size_t i = 0; i < live.count; i++)
        drafts_add(out, live.at[i]);
    free(live.at);
    free(beam.best);
    return fine;
}
