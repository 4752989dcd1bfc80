/* Rewriting: a share of the words of a text is masked, words that carry sense first, and filled again in place.
 *
 * The canvas is the original in pieces. What is not masked stays, and the number of words too; a masked word of some length must not
 * come back as it was. */
#include "model/infill/group.h"

#include "model/base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Letters from which on a word is taken to carry sense. */
enum { SENSE_BYTES = 4 };
static const double OTHER_HEAT = 0.7;

struct word_range {
    int start, end; /* places in the body */
    double order;   /* the lowest are masked first */
    bool sense;
};

struct original {
    struct ids ids;
    int fixed; /* pieces that spell the touching text alone */
    struct word_range *words;
    int word_count, maskable;
};

/* The original behind the text that touches it, as pieces of running text; the hole's plan is how it begins. */
static bool read_original(struct group *group, struct original *original, struct text_part text, struct lacuna_error *error)
{
    struct hole *hole = &group->holes[0];
    size_t touch = hole->seam.touch, spelt = 0, part;
    char *whole = memory_new(touch + text.size + 1, 1);
    memcpy(whole, hole->seam.left + hole->seam.left_size - touch, touch);
    memcpy(whole + touch, text.at, text.size);
    bool fine = tokenizer_encode(group->pieces->tokenizer, whole, touch + text.size, false, &original->ids, error);
    free(whole);
    while (fine && original->fixed < (int)original->ids.count) {
        piece_text(group->pieces, original->ids.at[original->fixed], &part);
        if (spelt + part > touch)
            break;
        spelt += part;
        original->fixed++;
    }
    plans_free(&hole->plans);
    hole->plans.count = original->fixed + (spelt < touch);
    hole->plans.ids = memory_new((size_t)hole->plans.count, sizeof *hole->plans.ids);
    if (fine && (int)original->ids.count >= hole->plans.count)
        memcpy(hole->plans.ids, original->ids.at, (size_t)hole->plans.count * sizeof *hole->plans.ids);
    return fine;
}

static bool is_maskable(const struct group *group, int32_t id)
{
    return (group->pieces->traits[id] & (PIECE_PLAIN | PIECE_BREAK | PIECE_BLANK_BACK)) == PIECE_PLAIN;
}

/* A word begins with a blank or a sign; pieces that begin with a letter go on with it. */
static void find_words(struct group *group, struct original *original, struct random *random)
{
    int count = (int)original->ids.count - original->fixed;
    const int32_t *ids = original->ids.at + original->fixed;
    original->words = memory_new((size_t)count, sizeof *original->words);
    for (int i = 0; i < count; i++) {
        size_t size;
        piece_text(group->pieces, ids[i], &size);
        if (!is_maskable(group, ids[i]))
            continue;
        struct word_range *last = original->word_count ? &original->words[original->word_count - 1] : NULL;
        bool goes_on = last && last->end == i && (group->pieces->traits[ids[i]] & PIECE_WORD_FRONT);
        if (!goes_on) {
            last = &original->words[original->word_count++];
            *last = (struct word_range){ .start = i };
        }
        last->end = i + 1;
        last->sense = last->sense || (size > SENSE_BYTES && (group->pieces->traits[ids[i]] & PIECE_WORD_BACK));
        last->order = random_uniform_double(random) + !last->sense;
        original->maskable++;
    }
}

static int by_order(const void *a, const void *b)
{
    const struct word_range *x = a, *y = b;
    return (x->order > y->order) - (x->order < y->order);
}

static struct draft *mask_words(struct group *group, struct original *original, double heat)
{
    int length = (int)original->ids.count, wanted = (int)lround(group->wish->strength * original->maskable);
    struct draft *draft = draft_new(group, &length, heat);
    struct canvas *canvas = &draft->sequence.canvas;
    draft->avoid = memory_new((size_t)length, sizeof *draft->avoid);
    for (int i = 0; i < length; i++) {
        canvas_put(canvas, i, original->ids.at[i], 1);
        draft->avoid[i] = -1;
    }
    qsort(original->words, (size_t)original->word_count, sizeof *original->words, by_order);
    for (int k = 0, masked = 0; k < original->word_count && masked < wanted; k++) {
        const struct word_range *word = &original->words[k];
        for (int i = original->fixed + word->start; i < original->fixed + word->end; i++) {
            if (word->sense && i == original->fixed + word->start)
                draft->avoid[i] = canvas->ids[i];
            canvas->open[i] = 1;
            canvas->ids[i] = group->denoise.framing->mask;
            masked++;
        }
    }
    return draft;
}

/* As many words as the original has, counted over its pieces. */
static void keep_words(struct group *group, const struct original *original)
{
    struct rule *rule = &group->holes[0].rule;
    int words = 0, state = OUTSIDE;
    for (int i = original->fixed; i < (int)original->ids.count; i++) {
        struct effect effect = rule_effect(rule, i - original->fixed, original->ids.at[i]);
        words += effect.words[state];
        state = effect.end[state];
    }
    rule_words(rule, words, words);
}

static bool prepare(struct group *group, struct original *original, struct lacuna_error *error)
{
    struct hole *hole = &group->holes[0];
    hole->room = (int)original->ids.count;
    bool begins = rule_new(&hole->rule, group->pieces, &hole->seam, &hole->plans, original->fixed, group->wish->newlines);
    if (!begins)
        return fail(error, LACUNA_LENGTH, "no piece of the model may begin a text here");
    keep_words(group, original);
    return group_window(group, error) && group_context(group, 0, error);
}

static bool run_drafts(struct group *group, struct original *original, struct lacuna_error *error)
{
    struct drafts drafts = { 0 };
    size_t count = group->wish->count > 1 ? 2 * (size_t)group->wish->count : 2;
    for (size_t k = 0; k < count; k++) {
        struct random random = random_new(group->wish->seed, group->stream++);
        for (int i = 0; i < original->word_count; i++)
            original->words[i].order = random_uniform_double(&random) + !original->words[i].sense;
        drafts_add(&drafts, mask_words(group, original, k && group->wish->temperature < OTHER_HEAT ? OTHER_HEAT
                                                                                                  : group->wish->temperature));
    }
    struct sequence **sequences = drafts_sequences(&drafts);
    bool fine = denoise_run(&group->denoise, sequences, (int)count, error);
    free(sequences);
    if (fine && group->watch->stop && atomic_load(group->watch->stop)) {
        group_stop(group, &drafts);
    } else if (fine && (fine = group_order(group, &drafts, error))) {
        group->drafts = drafts;
        drafts = (struct drafts){ 0 };
    }
    drafts_free(&drafts, group->hole_count);
    return fine;
}

bool group_rewrite(struct group *group, const struct text_part *texts, struct text_part text, struct lacuna_error *error)
{
    struct original original = { 0 };
    bool fine = group_start(group, texts, error) && read_original(group, &original, text, error);
    if (fine) {
        struct random random = random_new(group->wish->seed, group->stream++);
        find_words(group, &original, &random);
        group->original = text;
        fine = prepare(group, &original, error) && run_drafts(group, &original, error);
    }
    if (fine)
        group->steps = group->drafts.at[0]->sequence.steps;
    ids_free(&original.ids);
    free(original.words);
    return fine;
}
