#include "model/infill/length.h"

#include "model/base/memory.h"

#include <stdlib.h>

/* As published: 4 places at first, 64 at most, and twice as many times longer. */
enum { START = 4, MOST = 64, EXPANSIONS = 2 * MOST };
/* So many that the schedule never decides more than one place at a time. */
enum { STEPS = 1 << 20 };

struct elastic {
    struct group *group;
    const struct ends *ends;
    int *lengths; /* [hole_count] canvas lengths */
    int budget;   /* times that a hole may still become longer */
    struct denoise denoise;
    int32_t refused[2]; /* of the denoise: what no hole may do any more */
};

static int hole_at(const struct group *group, const struct draft *draft, int place)
{
    int hole = 0;
    while (hole + 1 < group->hole_count && place >= draft->starts[hole + 1])
        hole++;
    return hole;
}

static bool may_expand(const struct elastic *elastic, int hole)
{
    return elastic->budget > 0 && elastic->lengths[hole] < elastic->group->holes[hole].high;
}

/* What is left must still be a fill. */
static bool may_remove(const struct elastic *elastic, const struct draft *draft, int hole, int place)
{
    struct group *group = elastic->group;
    if (elastic->lengths[hole] <= group->holes[hole].low)
        return false;
    struct draft *copy = draft_copy(group, draft);
    draft_remove(copy, group->hole_count, hole, place);
    bool possible = draft_possible(group, copy);
    draft_free(copy, group->hole_count);
    return possible;
}

static void choose(void *user, const struct view *view, int32_t *tokens)
{
    const struct elastic *elastic = user;
    const struct framing *framing = elastic->group->denoise.framing;
    const struct draft *draft = (const struct draft *)view->sequence;
    group_choose(elastic->group, view, tokens);
    for (int k = 0; k < view->count; k++) {
        const float *row = view->choice[k];
        int place = view->places[k], hole = hole_at(elastic->group, draft, place);
        if (row[framing->expand] > row[tokens[k]] && may_expand(elastic, hole))
            tokens[k] = framing->expand;
        if (framing->remove >= 0 && row[framing->remove] > row[tokens[k]] &&
            may_remove(elastic, draft, hole, place))
            tokens[k] = framing->remove;
    }
}

static void mask_place(const struct elastic *elastic, struct canvas *canvas, int place)
{
    canvas->ids[place] = elastic->group->denoise.framing->mask;
    canvas->open[place] = 1;
    canvas->probability[place] = 1;
}

/* Two places for `expand`, none for `remove`; true: the canvas has changed. */
static bool settle_place(struct elastic *elastic, struct draft *draft, int place)
{
    struct group *group = elastic->group;
    const struct framing *framing = group->denoise.framing;
    struct canvas *canvas = &draft->sequence.canvas;
    int32_t id = canvas->open[place] ? -1 : canvas->ids[place];
    int hole = hole_at(group, draft, place);
    if (id < 0 || (id != framing->expand && id != framing->remove) ||
        place < draft->starts[hole] + draft_fixed(group, hole))
        return false;
    mask_place(elastic, canvas, place);
    if (id == framing->expand && may_expand(elastic, hole)) {
        draft_insert(draft, group->hole_count, hole, place);
        mask_place(elastic, canvas, place);
        elastic->lengths[hole]++;
        elastic->budget--;
    } else if (id == framing->remove && may_remove(elastic, draft, hole, place)) {
        draft_remove(draft, group->hole_count, hole, place);
        elastic->lengths[hole]--;
    }
    return true;
}

/* What no hole may do is as good as unlikely: places are then ranked by the pieces that may stand there. */
static void refuse(struct elastic *elastic)
{
    const struct group *group = elastic->group;
    const struct framing *framing = group->denoise.framing;
    bool longer = false, shorter = false;
    for (int h = 0; h < group->hole_count; h++) {
        longer = longer || may_expand(elastic, h);
        shorter = shorter || elastic->lengths[h] > group->holes[h].low;
    }
    elastic->denoise.refused_count = 0;
    if (!longer)
        elastic->refused[elastic->denoise.refused_count++] = framing->expand;
    if (!shorter && framing->remove >= 0)
        elastic->refused[elastic->denoise.refused_count++] = framing->remove;
}

static bool settle(void *user, struct sequence *const *sequences, int count, struct lacuna_error *error)
{
    struct elastic *elastic = user;
    struct group *group = elastic->group;
    struct draft *draft = (struct draft *)sequences[0];
    struct canvas *canvas = &draft->sequence.canvas;
    bool changed = false;
    (void)count;
    for (int place = canvas->size - 1; place >= 0; place--)
        changed = settle_place(elastic, draft, place) || changed;
    if (!changed)
        return true;
    refuse(elastic);
    if (!length_place(group, elastic->ends, elastic->lengths, error))
        return false;
    for (int h = 0; h < group->hole_count; h++)
        for (int i = draft->starts[h]; i < draft->starts[h + 1]; i++)
            canvas->positions[i] = group->holes[h].position + i - draft->starts[h];
    return true;
}

static void observe(void *user, int step, int steps, struct sequence *const *sequences, int count)
{
    const struct elastic *elastic = user;
    group_observe(elastic->group, step, steps, sequences, count);
}

/* The lengths that each hole may have, and those it begins with. */
static bool find_bounds(struct elastic *elastic, struct lacuna_error *error)
{
    struct group *group = elastic->group;
    const struct lacuna_length *length = &group->wish->length;
    int limit = length_most(group) / group->hole_count;
    int most = length->unit == LACUNA_TOKENS ? length->high : MOST;
    for (int h = 0; h < group->hole_count; h++) {
        struct hole *hole = &group->holes[h];
        int fixed = draft_fixed(group, h), begin = START + fixed;
        hole->room = fixed + (most < limit ? most : limit);
        hole->chance = memory_resize(hole->chance, (size_t)hole->room + 1, sizeof *hole->chance);
        for (int size = 0; size <= hole->room; size++)
            hole->chance[size] = 1;
        if (!length_restrict(group, hole, error))
            return false;
        elastic->lengths[h] = begin < hole->low ? hole->low : begin > hole->high ? hole->high : begin;
    }
    return true;
}

static bool run_elastic(struct elastic *elastic, struct lacuna_error *error)
{
    struct group *group = elastic->group;
    if (!find_bounds(elastic, error) || !length_place(group, elastic->ends, elastic->lengths, error))
        return false;
    group->opening = draft_new(group, elastic->lengths, group->wish->temperature);
    struct sequence *sequence = &group->opening->sequence;
    struct denoise *denoise = &elastic->denoise;
    *denoise = group->denoise;
    denoise->user = elastic;
    denoise->choose = choose;
    denoise->settle = settle;
    denoise->observe = group->denoise.observe ? observe : NULL;
    denoise->refused = elastic->refused;
    denoise->steps = STEPS;
    if (denoise->sampler->count || denoise->sampler->weigh)
        denoise->sampler = sampler_find("confidence");
    refuse(elastic);
    return denoise_run(denoise, &sequence, 1, error);
}

/* Whether the lengths are the network's to choose, one place at a time. */
static bool is_free(const struct group *group)
{
    const struct lacuna_length *length = &group->wish->length;
    return !group->keep_count && length->unit != LACUNA_WORDS &&
           (length->unit == LACUNA_AUTO || length->low < length->high);
}

bool length_elastic(struct group *group, struct lacuna_error *error)
{
    if (!is_free(group))
        return length_fixed(group, error);
    struct ends ends = ends_keep(group);
    struct elastic elastic = { .group = group,
                               .ends = &ends,
                               .lengths = memory_new((size_t)group->hole_count, sizeof *elastic.lengths),
                               .budget = EXPANSIONS };
    for (int h = 0; h < group->hole_count; h++)
        elastic.lengths[h] = START + group->holes[h].plans.count;
    bool fine = length_look(group, elastic.lengths, error) && run_elastic(&elastic, error);
    if (fine)
        length_settle(group, elastic.lengths);
    free(elastic.lengths);
    ends_free(&ends);
    return fine;
}
