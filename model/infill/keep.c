/* Kept words: laid at their likeliest places before anything else is decided.
 *
 * One look at the open draft scores every word at every place. Layouts are searched depth first, the longest
 * word first, its places in order of score; after each word the lattice says whether the promises can still
 * be kept. The best layouts are then looked at in one batch and ordered by how well the network can go on
 * from them. */
#include "model/infill/group.h"

#include "model/base/memory.h"
#include "model/infill/unicode.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LAYOUTS_MOST = 6, NODES_MOST = 4000 };

/* A word as pieces: behind a blank, and where a text or quotation begins. */
struct item {
    const char *word;
    struct ids spaced, bare;
};

struct slot {
    int hole, place; /* in the body */
    bool spaced;
    double score;
};

struct slots {
    struct slot *at; /* best first */
    int count;
    size_t room;
};

struct layout {
    struct group *group;
    struct item *items; /* [count] longest first */
    struct slots *slots;
    int count;
    struct draft *draft;
    int nodes;
    double score;
};

static bool items_new(struct group *group, struct item *items, struct lacuna_error *error)
{
    for (size_t k = 0; k < group->keep_count; k++) {
        struct item item = { .word = group->keep[k] };
        size_t size = strlen(item.word);
        char *blank = memory_new(size + 2, 1);
        blank[0] = ' ';
        memcpy(blank + 1, item.word, size);
        bool fine = tokenizer_encode(group->pieces->tokenizer, blank, size + 1, false, &item.spaced, error) &&
                    tokenizer_encode(group->pieces->tokenizer, item.word, size, false, &item.bare, error);
        free(blank);
        size_t at = k;
        for (; at > 0 && items[at - 1].spaced.count < item.spaced.count; at--)
            items[at] = items[at - 1];
        items[at] = item;
        if (!fine)
            return false;
    }
    return true;
}

static bool spells(const struct group *group, const struct ids *ids, const char *blank, const char *word)
{
    size_t size;
    char *text = pieces_join(group->pieces, ids->at, (int)ids->count, &size);
    bool same = strncmp(text, blank, strlen(blank)) == 0 && strcmp(text + strlen(blank), word) == 0;
    free(text);
    return same;
}

/* How a word may stand at the first place of a body: false, it may not. */
static bool begins_body(const struct rule *rule, const char *word, bool *spaced)
{
    if (rule->rest_size)
        return *spaced = true, rule->rest_size == 1 && rule->rest[0] == ' ';
    *spaced = seam_may_begin(&rule->seam, ' ', true);
    return *spaced || seam_may_begin(&rule->seam, utf8_first(word, strlen(word)), false);
}

static bool ends_body(const struct rule *rule, const char *word)
{
    int32_t after = utf8_first(rule->seam.right, rule->seam.right_size);
    if (*rule->end)
        return true;
    return !seam_needs_blank(&rule->seam) && !point_is_word(after) && !point_is_apostrophe(after) &&
           seam_may_end(&rule->seam, utf8_last(word, strlen(word)), false);
}

static void add_slot(struct slots *slots, struct slot slot)
{
    slots->at = memory_grow(slots->at, &slots->room, (size_t)slots->count + 1, sizeof slot);
    int at = slots->count++;
    for (; at > 0 && slots->at[at - 1].score < slot.score; at--)
        slots->at[at] = slots->at[at - 1];
    slots->at[at] = slot;
}

static void find_slots(void *user, int index, const struct view *view)
{
    (void)index;
    struct layout *layout = user;
    struct group *group = layout->group;
    const float **rows = memory_new((size_t)layout->draft->sequence.canvas.size, sizeof *rows);
    for (int k = 0; k < view->count; k++)
        rows[view->places[k]] = view->with[k];
    for (int k = 0; k < layout->count; k++)
        for (int h = 0; h < group->hole_count; h++) {
            const struct item *item = &layout->items[k];
            const struct rule *rule = &group->holes[h].rule;
            struct stretch stretch = draft_stretch(group, layout->draft, h);
            int start = layout->draft->starts[h + 1] - stretch.size;
            for (int place = 0; place < stretch.size; place++) {
                struct slot slot = { .hole = h, .place = place, .spaced = true };
                if (place == 0 && !begins_body(rule, item->word, &slot.spaced))
                    continue;
                const struct ids *ids = slot.spaced ? &item->spaced : &item->bare;
                int end = place + (int)ids->count;
                if (end > stretch.size || (end == stretch.size && !ends_body(rule, item->word)) ||
                    !spells(group, ids, slot.spaced ? " " : "", item->word))
                    continue;
                for (int i = place; i < end; i++)
                    slot.score += rows[start + i] ? rows[start + i][ids->at[i - place]] : 0;
                add_slot(&layout->slots[k], slot);
            }
        }
    free(rows);
}

static bool is_free(const struct stretch *stretch, int from, int to)
{
    for (int i = from; i < to; i++)
        if (!stretch->open[i])
            return false;
    return true;
}

static void set_slot(struct layout *layout, int item, const struct slot *slot, bool put)
{
    struct draft *draft = layout->draft;
    struct stretch stretch = draft_stretch(layout->group, draft, slot->hole);
    int start = draft->starts[slot->hole + 1] - stretch.size + slot->place;
    const struct ids *ids = slot->spaced ? &layout->items[item].spaced : &layout->items[item].bare;
    const char *word = layout->items[item].word;
    for (int i = 0; i < (int)ids->count; i++) {
        struct effect effect = effect_none();
        if (i == 0) {
            effect = effect_of_text(word, strlen(word));
            if (slot->spaced) /* the blank ends a word in front */
                for (int s = 0; s < WORD_STATES; s++) {
                    effect.end[s] = effect.end[OUTSIDE];
                    effect.words[s] = effect.words[OUTSIDE];
                }
        }
        draft->kept[start + i] = put;
        draft->macro[start + i] = effect;
        canvas_put(&draft->sequence.canvas, start + i, ids->at[i],
                   (float)exp(slot->score / (double)ids->count));
        if (!put) {
            draft->sequence.canvas.open[start + i] = 1;
            draft_noise(layout->group, draft);
        }
    }
}

static bool search(struct layout *layout, int item)
{
    if (item == layout->count)
        return true;
    for (int k = 0; k < layout->slots[item].count && layout->nodes < NODES_MOST; k++) {
        const struct slot *slot = &layout->slots[item].at[k];
        struct stretch stretch = draft_stretch(layout->group, layout->draft, slot->hole);
        int size = (int)(slot->spaced ? layout->items[item].spaced.count : layout->items[item].bare.count);
        if (!is_free(&stretch, slot->place, slot->place + size))
            continue;
        layout->nodes++;
        set_slot(layout, item, slot, true);
        layout->score += slot->score;
        if (draft_possible(layout->group, layout->draft) && search(layout, item + 1))
            return true;
        layout->score -= slot->score;
        set_slot(layout, item, slot, false);
    }
    return false;
}

/* Layouts that differ in the place of the first word. */
static void find_layouts(struct layout *layout, struct drafts *out)
{
    struct draft *empty = layout->draft;
    for (int k = 0; k < layout->slots[0].count && out->count < LAYOUTS_MOST && layout->nodes < NODES_MOST;
         k++) {
        layout->draft = draft_copy(layout->group, empty);
        layout->score = layout->slots[0].at[k].score;
        set_slot(layout, 0, &layout->slots[0].at[k], true);
        layout->nodes++;
        if (draft_possible(layout->group, layout->draft) && search(layout, 1)) {
            layout->draft->rank = layout->score;
            drafts_add(out, layout->draft);
        } else {
            draft_free(layout->draft, layout->group->hole_count);
        }
    }
    layout->draft = empty;
}

static void add_outlook(void *user, int index, const struct view *view)
{
    struct draft *draft = ((struct draft **)user)[index];
    for (int k = 0; k < view->count; k++) {
        const float *row = view->with[k];
        float best = row[0];
        for (int32_t id = 1; id < view->vocabulary; id++)
            best = row[id] > best ? row[id] : best;
        draft->rank += best;
    }
}

static bool order_layouts(struct group *group, struct drafts *layouts, struct lacuna_error *error)
{
    if (layouts->count < 2)
        return true;
    struct denoise plain = group->denoise;
    plain.guidance.active = false;
    struct sequence **sequences = drafts_sequences(layouts);
    bool fine = denoise_look(&plain, sequences, (int)layouts->count, add_outlook, layouts->at, error);
    free(sequences);
    if (!fine)
        return false;
    drafts_sort(layouts);
    return true;
}

bool group_keep(struct group *group, struct draft *draft, size_t most, struct drafts *out,
                struct lacuna_error *error)
{
    if (!group->keep_count) {
        drafts_add(out, draft);
        return true;
    }
    struct layout layout = { .group = group, .draft = draft, .count = (int)group->keep_count };
    layout.items = memory_new(group->keep_count, sizeof *layout.items);
    layout.slots = memory_new(group->keep_count, sizeof *layout.slots);
    struct drafts found = { 0 };
    struct sequence *sequence = &draft->sequence;
    struct denoise plain = group->denoise;
    plain.guidance.active = false;
    bool fine = items_new(group, layout.items, error) &&
                denoise_look(&plain, &sequence, 1, find_slots, &layout, error);
    if (fine) {
        find_layouts(&layout, &found);
        fine = order_layouts(group, &found, error);
    }
    for (size_t i = 0; i < found.count; i++) {
        found.at[i]->rank = 0;
        if (fine && i < most)
            drafts_add(out, found.at[i]);
        else
            draft_free(found.at[i], group->hole_count);
    }
    free(found.at);
    for (int k = 0; k < layout.count; k++) {
        ids_free(&layout.items[k].spaced);
        ids_free(&layout.items[k].bare);
        free(layout.slots[k].at);
    }
    free(layout.items);
    free(layout.slots);
    draft_free(draft, group->hole_count);
    return fine;
}
