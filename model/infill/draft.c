#include "model/infill/group.h"

#include "model/base/memory.h"
#include "model/infill/unicode.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int draft_fixed(const struct group *group, int hole)
{
    return group->holes[hole].rule.fixed_count;
}

static struct draft *draft_room(int canvas, int holes)
{
    struct draft *draft = memory_new(1, sizeof *draft);
    draft->starts = memory_new((size_t)holes + 1, sizeof *draft->starts);
    draft->kept = memory_new((size_t)canvas, sizeof *draft->kept);
    draft->macro = memory_new((size_t)canvas, sizeof *draft->macro);
    return draft;
}

struct draft *draft_new(struct group *group, const int *lengths, double heat)
{
    int total = 0;
    for (int h = 0; h < group->hole_count; h++)
        total += lengths[h];
    struct draft *draft = draft_room(total, group->hole_count);
    struct canvas *canvas = &draft->sequence.canvas;
    *canvas = canvas_new(total, 0);
    draft->sequence.heat = heat;
    draft->sequence.random = random_new(group->wish->seed, group->stream++);
    int at = 0;
    for (int h = 0; h < group->hole_count; h++) {
        const struct hole *hole = &group->holes[h];
        draft->starts[h] = at;
        for (int i = 0; i < lengths[h]; i++)
            canvas->positions[at + i] = hole->position + i;
        for (int i = 0; i < hole->rule.fixed_count && i < lengths[h]; i++)
            canvas_put(canvas, at + i, hole->rule.fixed[i], 1);
        if (hole->chance)
            draft->prior += log(hole->chance[lengths[h]] + 1e-9);
        at += lengths[h];
    }
    draft->starts[group->hole_count] = at;
    draft->sequence.t = 1;
    draft_noise(group, draft);
    return draft;
}

void draft_noise(const struct group *group, struct draft *draft)
{
    struct process_noise noise = denoise_noise(&group->denoise);
    struct draws draws = draws_random(&draft->sequence.random);
    group->denoise.process->begin(&draft->sequence.canvas, &noise, &draws);
}

struct draft *draft_copy(struct group *group, const struct draft *from)
{
    int size = from->sequence.canvas.size;
    struct draft *draft = draft_room(size, group->hole_count);
    draft->sequence = from->sequence;
    draft->sequence.canvas = canvas_copy(&from->sequence.canvas);
    draft->sequence.random = random_new(group->wish->seed, group->stream++);
    memcpy(draft->starts, from->starts, ((size_t)group->hole_count + 1) * sizeof *draft->starts);
    memcpy(draft->kept, from->kept, (size_t)size * sizeof *draft->kept);
    memcpy(draft->macro, from->macro, (size_t)size * sizeof *draft->macro);
    if (from->avoid) {
        draft->avoid = memory_new((size_t)size, sizeof *draft->avoid);
        memcpy(draft->avoid, from->avoid, (size_t)size * sizeof *draft->avoid);
    }
    draft->prior = from->prior;
    draft->rank = from->rank;
    return draft;
}

static void draft_open(struct draft *draft, int hole_count)
{
    for (int h = 0; draft->fills && h < hole_count; h++)
        free(draft->fills[h]);
    free(draft->fills);
    free(draft->tokens);
    draft->fills = NULL;
    draft->tokens = NULL;
}

void draft_free(struct draft *draft, int hole_count)
{
    if (!draft)
        return;
    draft_open(draft, hole_count);
    canvas_free(&draft->sequence.canvas);
    free(draft->starts);
    free(draft->kept);
    free(draft->macro);
    free(draft->avoid);
    free(draft);
}

void draft_insert(struct draft *draft, int hole_count, int hole, int place)
{
    size_t size = (size_t)draft->sequence.canvas.size, at = (size_t)place, behind = size - at;
    canvas_insert(&draft->sequence.canvas, place);
    draft->kept = memory_resize(draft->kept, size + 1, sizeof *draft->kept);
    draft->macro = memory_resize(draft->macro, size + 1, sizeof *draft->macro);
    memmove(draft->kept + at + 1, draft->kept + at, behind * sizeof *draft->kept);
    memmove(draft->macro + at + 1, draft->macro + at, behind * sizeof *draft->macro);
    draft->kept[at] = 0;
    draft->macro[at] = effect_none();
    for (int h = hole + 1; h <= hole_count; h++)
        draft->starts[h]++;
}

void draft_remove(struct draft *draft, int hole_count, int hole, int place)
{
    size_t at = (size_t)place, behind = (size_t)draft->sequence.canvas.size - at - 1;
    canvas_remove(&draft->sequence.canvas, place);
    memmove(draft->kept + at, draft->kept + at + 1, behind * sizeof *draft->kept);
    memmove(draft->macro + at, draft->macro + at + 1, behind * sizeof *draft->macro);
    for (int h = hole + 1; h <= hole_count; h++)
        draft->starts[h]--;
}

struct stretch draft_stretch(const struct group *group, const struct draft *draft, int hole)
{
    int fixed = draft_fixed(group, hole), length = draft->starts[hole + 1] - draft->starts[hole];
    int at = draft->starts[hole] + (fixed < length ? fixed : length);
    return (struct stretch){ .ids = draft->sequence.canvas.ids + at,
                             .open = draft->sequence.canvas.open + at,
                             .kept = draft->kept + at,
                             .macro = draft->macro + at,
                             .avoid = draft->avoid ? draft->avoid + at : NULL,
                             .size = draft->starts[hole + 1] - at };
}

bool draft_possible(const struct group *group, const struct draft *draft)
{
    for (int h = 0; h < group->hole_count; h++) {
        struct stretch stretch = draft_stretch(group, draft, h);
        if (!lattice_possible(&group->holes[h].rule, &stretch))
            return false;
    }
    return true;
}

double draft_score(const struct draft *draft)
{
    const struct canvas *canvas = &draft->sequence.canvas;
    double sum = 0;
    int count = 0;
    for (int i = 0; i < canvas->size; i++)
        if (!canvas->open[i]) {
            sum += log(fmax(canvas->probability[i], 1e-12));
            count++;
        }
    return count ? (sum + draft->prior) / count : -1e9;
}

/* Takes over `text`. */
static char *end_part(char *text, const char *end)
{
    size_t size = strlen(text), more = strlen(end);
    if (!more)
        return text;
    text = memory_resize(text, size + more + 1, 1);
    memcpy(text + size, end, more + 1);
    return text;
}

/* A stopped hole reads as its decided pieces, in order, without a blank in front where the left side ends in
 * one. */
static char *close_part(const struct group *group, const struct draft *draft, int hole, int *tokens)
{
    const struct canvas *canvas = &draft->sequence.canvas;
    const struct hole *at = &group->holes[hole];
    int start = draft->starts[hole], end = draft->starts[hole + 1], body = start + draft_fixed(group, hole);
    int32_t *ids = memory_new((size_t)(end - start), sizeof *ids);
    int count = 0;
    bool whole = body < end && !canvas->open[body];
    *tokens = 0;
    for (int i = whole ? start : body; i < end; i++)
        if (!canvas->open[i]) {
            ids[count++] = canvas->ids[i];
            *tokens += i >= body;
        }
    size_t size, skip = whole ? at->rule.strip : 0;
    char *text = pieces_join(group->pieces, ids, count, &size);
    free(ids);
    skip = skip < size ? skip : size;
    if (!whole && size && text[0] == ' ' && !seam_may_begin(&at->seam, ' ', false))
        skip = 1;
    memmove(text, text + skip, size - skip + 1);
    return end > body && !canvas->open[end - 1] ? end_part(text, at->rule.end) : text;
}

void draft_close(const struct group *group, struct draft *draft)
{
    draft_open(draft, group->hole_count);
    draft->fills = memory_new((size_t)group->hole_count, sizeof *draft->fills);
    draft->tokens = memory_new((size_t)group->hole_count, sizeof *draft->tokens);
    for (int h = 0; h < group->hole_count; h++)
        draft->fills[h] = close_part(group, draft, h, &draft->tokens[h]);
}

bool draft_same(const struct draft *a, const struct draft *b, int hole_count)
{
    for (int h = 0; h < hole_count; h++)
        if (strcmp(a->fills[h], b->fills[h]) != 0)
            return false;
    return true;
}

static bool holds_special(const struct group *group, const char *text)
{
    const struct tokenizer *tokenizer = group->pieces->tokenizer;
    for (int32_t id = 0; id < tokenizer_size(tokenizer); id++) {
        const char *spelling = tokenizer_is_special(tokenizer, id) ? tokenizer_spelling(tokenizer, id) : NULL;
        if (spelling && spelling[0] && spelling[1] && strstr(text, spelling))
            return true;
    }
    return false;
}

/* The word stands in the text with nothing on either side that would make it part of a longer one. */
static bool has_word(const char *text, const char *word)
{
    size_t size = strlen(word), total = strlen(text);
    for (const char *at = text; (at = strstr(at, word)); at++) {
        size_t before = (size_t)(at - text), after = before + size;
        int32_t left = utf8_last(text, before), right = utf8_first(text + after, total - after);
        bool free_left = !point_is_word(left) && !point_is_apostrophe(left);
        if ((free_left || !point_is_word(utf8_first(word, size))) &&
            (!(point_is_word(right) || point_is_apostrophe(right)) || !point_is_word(utf8_last(word, size))))
            return true;
    }
    return false;
}

bool draft_keeps_promises(const struct group *group, const struct draft *draft)
{
    if (group->original.at)
        return text_is_utf8(draft->fills[0], strlen(draft->fills[0]));
    for (int h = 0; h < group->hole_count; h++) {
        const char *fill = draft->fills[h];
        const struct rule *rule = &group->holes[h].rule;
        int words = text_words(fill, strlen(fill));
        if (!text_is_plain(fill, strlen(fill), group->wish->newlines) || holds_special(group, fill) ||
            words < rule->words_low || (rule->words_high >= 0 && words > rule->words_high))
            return false;
    }
    for (size_t k = 0; k < group->keep_count; k++) {
        bool found = false;
        for (int h = 0; h < group->hole_count && !found; h++)
            found = has_word(draft->fills[h], group->keep[k]);
        if (!found)
            return false;
    }
    return true;
}

void drafts_add(struct drafts *drafts, struct draft *draft)
{
    drafts->at = memory_grow(drafts->at, &drafts->room, drafts->count + 1, sizeof *drafts->at);
    drafts->at[drafts->count++] = draft;
}

void drafts_free(struct drafts *drafts, int hole_count)
{
    for (size_t i = 0; i < drafts->count; i++)
        draft_free(drafts->at[i], hole_count);
    free(drafts->at);
    *drafts = (struct drafts){ 0 };
}

struct sequence **drafts_sequences(const struct drafts *drafts)
{
    struct sequence **sequences = memory_new(drafts->count, sizeof *sequences);
    for (size_t i = 0; i < drafts->count; i++)
        sequences[i] = &drafts->at[i]->sequence;
    return sequences;
}

void drafts_sort(struct drafts *drafts)
{
    for (size_t i = 1; i < drafts->count; i++) {
        struct draft *draft = drafts->at[i];
        size_t at = i;
        for (; at > 0 && drafts->at[at - 1]->rank < draft->rank; at--)
            drafts->at[at] = drafts->at[at - 1];
        drafts->at[at] = draft;
    }
}

void drafts_sift(struct group *group, struct drafts *drafts)
{
    size_t kept = 0;
    for (size_t i = 0; i < drafts->count; i++) {
        struct draft *draft = drafts->at[i];
        if (!draft->fills)
            draft_close(group, draft);
        bool fine = draft_keeps_promises(group, draft);
        for (size_t k = 0; fine && k < kept; k++)
            fine = !draft_same(draft, drafts->at[k], group->hole_count);
        if (fine)
            drafts->at[kept++] = draft;
        else
            draft_free(draft, group->hole_count);
    }
    drafts->count = kept;
}
