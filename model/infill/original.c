#include "model/infill/original.h"

#include "model/base/memory.h"

#include <stdlib.h>
#include <string.h>

/* Letters from which on a word is taken to carry sense. */
enum { SENSE_BYTES = 4 };
/* The original behind the text that touches it, as pieces of running text; the hole's plan is how it begins.
 */
static bool read_pieces(struct group *group, struct original *original, struct text_part text,
                        struct lacuna_error *error)
{
    struct hole *hole = &group->holes[0];
    size_t touch = hole->seam.touch, spelt = 0, part;
    char *whole = memory_new(touch + text.size + 1, 1);
    memcpy(whole, hole->seam.left + hole->seam.left_size - touch, touch);
    memcpy(whole + touch, text.at, text.size);
    bool fine =
        tokenizer_encode(group->pieces->tokenizer, whole, touch + text.size, false, &original->ids, error);
    free(whole);
    for (size_t i = 0; fine && group->wish->task == LACUNA_REWRITE && i < original->ids.count; i++)
        if (tokenizer_is_special(group->pieces->tokenizer, original->ids.at[i]))
            fine = fail(error, LACUNA_MODEL,
                        "the model's vocabulary cannot spell all of the text, so it cannot be rewritten");
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
    if (fine && hole->plans.count > 0 && (int)original->ids.count >= hole->plans.count)
        memcpy(hole->plans.ids, original->ids.at, (size_t)hole->plans.count * sizeof *hole->plans.ids);
    return fine;
}

static bool is_maskable(const struct group *group, int32_t id)
{
    return (group->pieces->traits[id] & (PIECE_PLAIN | PIECE_BREAK | PIECE_BLANK_BACK)) == PIECE_PLAIN;
}

/* A word begins with a blank or a sign; pieces that begin with a letter go on with it. */
static void find_words(struct group *group, struct original *original)
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
        last->sense =
            last->sense || (size > SENSE_BYTES && (group->pieces->traits[ids[i]] & PIECE_WORD_BACK));
        original->maskable++;
    }
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
    bool begins = rule_new(&hole->rule, group->pieces, &hole->seam, &hole->plans, original->fixed,
                           group->wish->newlines);
    if (!begins)
        return fail(error, LACUNA_LENGTH, "no piece of the model may begin a text here");
    keep_words(group, original);
    return group_window(group, error) && group_context(group, 0, error);
}

bool original_read(struct original *original, struct group *group, const struct text_part *texts,
                   struct text_part text, struct lacuna_error *error)
{
    if (!group_start(group, texts, error) || !read_pieces(group, original, text, error))
        return false;
    find_words(group, original);
    group->original = text;
    return prepare(group, original, error);
}

void original_free(struct original *original)
{
    ids_free(&original->ids);
    free(original->words);
    *original = (struct original){ 0 };
}

struct draft *original_draft(struct group *group, const struct original *original, double heat)
{
    int length = (int)original->ids.count;
    struct draft *draft = draft_new(group, &length, heat);
    draft->avoid = memory_new((size_t)length, sizeof *draft->avoid);
    for (int i = 0; i < length; i++) {
        canvas_put(&draft->sequence.canvas, i, original->ids.at[i], 1);
        draft->avoid[i] = -1;
    }
    return draft;
}

void original_mask(struct group *group, const struct original *original, struct draft *draft, int word)
{
    struct canvas *canvas = &draft->sequence.canvas;
    for (int i = original->fixed + original->words[word].start;
         i < original->fixed + original->words[word].end; i++)
        canvas->open[i] = 1;
    draft_noise(group, draft);
}
