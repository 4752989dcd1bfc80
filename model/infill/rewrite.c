/* Rewriting: a share of the words of a text is masked, words that carry sense first, and filled again in
 * place.
 *
 * The canvas is the original in pieces. What is not masked stays, and the number of words too; a masked word
 * of some length must not come back as it was. */
#include "model/infill/original.h"

#include "model/base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double OTHER_HEAT = 0.7;

static int by_order(const void *a, const void *b)
{
    const struct word_range *x = a, *y = b;
    return (x->order > y->order) - (x->order < y->order);
}

static struct draft *mask_words(struct group *group, struct original *original, double heat)
{
    int wanted = (int)lround(group->wish->strength * original->maskable);
    struct draft *draft = original_draft(group, original, heat);
    struct random random = random_new(group->wish->seed, group->stream++);
    for (int i = 0; i < original->word_count; i++)
        original->words[i].order = random_uniform_double(&random) + !original->words[i].sense;
    qsort(original->words, (size_t)original->word_count, sizeof *original->words, by_order);
    for (int k = 0, masked = 0; k < original->word_count && masked < wanted; k++) {
        const struct word_range *word = &original->words[k];
        if (word->sense)
            draft->avoid[original->fixed + word->start] = original->ids.at[original->fixed + word->start];
        original_mask(group, original, draft, k);
        masked += word->end - word->start;
    }
    return draft;
}

static bool run_drafts(struct group *group, struct original *original, struct lacuna_error *error)
{
    struct drafts drafts = { 0 };
    size_t count = group->wish->count > 1 ? 2 * (size_t)group->wish->count : 2;
    for (size_t k = 0; k < count; k++) {
        drafts_add(
            &drafts,
            mask_words(group, original,
                       k && group->wish->temperature < OTHER_HEAT ? OTHER_HEAT : group->wish->temperature));
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

bool group_rewrite(struct group *group, const struct text_part *texts, struct text_part text,
                   struct lacuna_error *error)
{
    struct original original = { 0 };
    bool fine = original_read(&original, group, texts, text, error) && run_drafts(group, &original, error);
    if (fine)
        group->steps = group->drafts.at[0]->sequence.steps;
    original_free(&original);
    return fine;
}
