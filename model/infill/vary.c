/* When more alternatives are asked than were found: fills that differ from a found one in a single piece, the
 * likeliest first. */
#include "model/infill/group.h"

#include "model/base/memory.h"

#include <math.h>
#include <stdlib.h>

struct variants {
    struct group *group;
    const struct draft *base;
    struct draft **open; /* [places] the base with one place open */
    struct drafts *found;
    size_t each; /* variants a place */
};

static int hole_of(const struct draft *draft, int place)
{
    int hole = 0;
    while (place >= draft->starts[hole + 1])
        hole++;
    return hole;
}

static void add_variant(struct variants *variants, int place, int32_t id, float log_probability)
{
    struct draft *draft = draft_copy(variants->group, variants->base);
    canvas_put(&draft->sequence.canvas, place, id, expf(log_probability));
    draft->rank = log_probability - log(fmax(variants->base->sequence.canvas.probability[place], 1e-12));
    drafts_add(variants->found, draft);
}

/* The best few other pieces that keep every promise. */
static void vary_place(void *user, int index, const struct view *view)
{
    struct variants *variants = user;
    const struct draft *draft = variants->open[index];
    int place = view->places[0], hole = hole_of(draft, place);
    const struct rule *rule = &variants->group->holes[hole].rule;
    struct stretch stretch = draft_stretch(variants->group, draft, hole);
    int body = place - (draft->starts[hole + 1] - stretch.size), state = 0;
    struct reach reach = reach_new(rule, &stretch);
    for (int i = 0; i < body && state >= 0; i++)
        state = reach_after(&reach, rule, state, i,
                            stretch.kept[i] ? stretch.macro[i] : rule_effect(rule, i, stretch.ids[i]));
    bool guarded = stretch_guarded(&stretch, body);
    float last = INFINITY;
    int32_t last_id = -1;
    for (size_t taken = 0; taken < variants->each && state >= 0; taken++) {
        int32_t best = -1;
        for (int32_t id = 0; id < rule->pieces->count; id++) {
            float score = view->choice[0][id];
            if (score > last || (score == last && id <= last_id) ||
                (best >= 0 && score <= view->choice[0][best]) ||
                id == variants->base->sequence.canvas.ids[place] ||
                !rule_allows(rule, body, stretch.size, guarded, id) ||
                reach_after(&reach, rule, state, body, rule_effect(rule, body, id)) < 0)
                continue;
            best = id;
        }
        if (best < 0)
            break;
        last = view->choice[0][best];
        last_id = best;
        add_variant(variants, place, best, view->with[0][best]);
    }
    reach_free(&reach);
}

/* All variants of one draft; best first. */
static bool vary_draft(struct group *group, const struct draft *base, size_t each, struct drafts *found,
                       struct lacuna_error *error)
{
    int size = base->sequence.canvas.size, count = 0;
    struct variants variants = { .group = group, .base = base, .found = found, .each = each };
    struct drafts open = { 0 };
    for (int h = 0; h < group->hole_count; h++)
        for (int i = base->starts[h] + draft_fixed(group, h); i < base->starts[h + 1] && count < size; i++) {
            if (base->kept[i] || (group->original.at && base->sequence.canvas.probability[i] == 1))
                continue;
            struct draft *draft = draft_copy(group, base);
            draft->sequence.canvas.open[i] = 1;
            draft->sequence.t = 1.0 / size;
            draft_noise(group, draft);
            drafts_add(&open, draft);
            count++;
        }
    variants.open = open.at;
    struct sequence **sequences = drafts_sequences(&open);
    bool fine = denoise_look(&group->denoise, sequences, count, vary_place, &variants, error);
    free(sequences);
    drafts_free(&open, group->hole_count);
    drafts_sort(found);
    return fine;
}

bool group_vary(struct group *group, struct drafts *drafts, size_t count, struct lacuna_error *error)
{
    bool fine = true;
    for (size_t base = 0; base < drafts->count && drafts->count < count && fine; base++) {
        struct drafts found = { 0 };
        fine = vary_draft(group, drafts->at[base], count + 2, &found, error);
        size_t missing = 2 * (count - drafts->count);
        for (size_t i = 0; i < found.count; i++) {
            if (fine && i < missing)
                drafts_add(drafts, found.at[i]);
            else
                draft_free(found.at[i], group->hole_count);
        }
        free(found.at);
        drafts_sift(group, drafts);
    }
    return fine;
}
