/* The final order: pseudo-log-likelihood of each fill and of the pieces near it.
 *
 * Where a hole is a word or two, fills are compared by their whole probability. Elsewhere longer ones would
 * lose to shorter ones that way, as each piece costs a few nats whatever it says: there the mean of their
 * pieces counts, FILL_PIECES times, and how far the length is from the middle of its distribution.
 *
 * The pieces near the holes leave the context and join the holes' rows, as if they had been revealed; then
 * every PASSES-th of them and of the fill is masked in turn and its probability read. The context without
 * them is the same for all drafts and computed once. */
#include "model/infill/group.h"

#include "model/base/memory.h"
#include "model/infill/unicode.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PASSES = 3, NEAR = 12, FILL_PIECES = 3 };
/* What a word that repeats its neighbour costs, as a logarithm of probability. */
static const double REPEAT_COST = 4;
/* What a fill of blanks costs; only a hole that can hold no word allows one. */
static const double BLANK_COST = 20;
/* What a length at the very end of its distribution costs. */
static const double LENGTH_COST = 6;

struct masked {
    struct sequence *sequences; /* [drafts * PASSES] */
    int32_t **truth;            /* ids of each sequence before masking */
    uint8_t **of_fill;          /* 1: a place of a hole */
    double *near, *fill;        /* [drafts] sums */
    int *fill_pieces;           /* [drafts] */
};

static struct canvas near_canvas(const struct group *group, const struct draft *draft, uint8_t **of_fill)
{
    const struct canvas *from = &draft->sequence.canvas;
    struct canvas canvas = canvas_new(from->size + 2 * NEAR * group->hole_count, 0);
    *of_fill = memory_new((size_t)canvas.size, 1);
    int at = 0;
    for (int s = 0; s <= group->hole_count; s++) {
        const struct ids *side = &group->sides[s];
        int behind, before, size = (int)side->count;
        side_near(group, s, NEAR, &behind, &before);
        for (int i = 0; i < size; i++) {
            if (i >= behind && i < size - before)
                continue;
            canvas.positions[at] = side_position(group, s, i);
            canvas_put(&canvas, at++, side->at[i], 1);
        }
        for (int i = s < group->hole_count ? draft->starts[s] : 0;
             s < group->hole_count && i < draft->starts[s + 1]; i++) {
            (*of_fill)[at] = i >= draft->starts[s] + draft_fixed(group, s);
            canvas.positions[at] = from->positions[i];
            canvas_put(&canvas, at++, from->ids[i], 1);
        }
    }
    canvas.size = at;
    return canvas;
}

static void mask_every(const struct group *group, struct sequence *sequence, int pass)
{
    struct process_noise noise = denoise_noise(&group->denoise);
    struct draws draws = draws_random(&sequence->random);
    for (int i = pass; i < sequence->canvas.size; i += PASSES)
        sequence->canvas.open[i] = 1;
    sequence->t = 1.0 / PASSES;
    group->denoise.process->begin(&sequence->canvas, &noise, &draws);
}

static void add_likelihood(void *user, int index, const struct view *view)
{
    struct masked *masked = user;
    for (int k = 0; k < view->count; k++) {
        int place = view->places[k], draft = index / PASSES, of_fill = masked->of_fill[index][place];
        (of_fill ? masked->fill : masked->near)[draft] += view->with[k][masked->truth[index][place]];
        masked->fill_pieces[draft] += of_fill;
    }
}

static bool look_at_masked(struct group *group, const struct drafts *drafts, struct masked *masked,
                           struct lacuna_error *error)
{
    size_t count = drafts->count * PASSES;
    struct sequence **sequences = memory_new(count, sizeof *sequences);
    for (size_t i = 0; i < count; i++) {
        struct canvas *canvas = &masked->sequences[i].canvas;
        *canvas = near_canvas(group, drafts->at[i / PASSES], &masked->of_fill[i]);
        masked->truth[i] = memory_new((size_t)canvas->size, sizeof **masked->truth);
        memcpy(masked->truth[i], canvas->ids, (size_t)canvas->size * sizeof **masked->truth);
        mask_every(group, &masked->sequences[i], (int)(i % PASSES));
        sequences[i] = &masked->sequences[i];
    }
    struct denoise plain = group->denoise;
    plain.guidance.active = false;
    bool fine = group_context(group, NEAR, error) &&
                denoise_look(&plain, sequences, (int)count, add_likelihood, masked, error);
    for (size_t i = 0; i < count; i++) {
        canvas_free(&masked->sequences[i].canvas);
        free(masked->truth[i]);
        free(masked->of_fill[i]);
    }
    free(sequences);
    return fine;
}

/* Equal words side by side inside the fill. */
static int inner_repeats(const char *fill)
{
    size_t size = strlen(fill), at = 0, start, end, before_start = 0, before_end = 0;
    int repeats = 0;
    while (text_next_word(fill, size, &at, &start, &end)) {
        size_t length = end - start;
        repeats += before_end > before_start && before_end - before_start == length &&
                   start == before_end + 1 && strncasecmp(fill + start, fill + before_start, length) == 0;
        before_start = start;
        before_end = end;
    }
    return repeats;
}

static int count_blank(const struct group *group, const struct draft *draft)
{
    int blank = 0;
    for (int h = 0; draft->fills && h < group->hole_count; h++)
        blank += !draft->fills[h][strspn(draft->fills[h], " \n")];
    return blank;
}

static int count_repeats(const struct group *group, const struct draft *draft)
{
    int repeats = 0;
    for (int h = 0; draft->fills && h < group->hole_count; h++)
        repeats += inner_repeats(draft->fills[h]) +
                   seam_repeats(&group->holes[h].seam, draft->fills[h], strlen(draft->fills[h]));
    return repeats;
}

/* Elsewhere than in the middle of the distribution of its length a fill needs to be that much better. */
static double length_cost(const struct group *group, const struct draft *draft)
{
    double cost = 0;
    for (int h = 0; h < group->hole_count; h++) {
        const struct hole *hole = &group->holes[h];
        int length = draft->starts[h + 1] - draft->starts[h];
        double below = 0;
        for (int size = 0; hole->chance && size < length; size++)
            below += hole->chance[size];
        double off = hole->chance ? 2 * (below + hole->chance[length] / 2) - 1 : 0;
        cost += LENGTH_COST * off * off;
    }
    return cost;
}

bool group_rerank(struct group *group, struct drafts *drafts, struct lacuna_error *error)
{
    size_t count = drafts->count;
    struct masked masked = { .sequences = memory_new(count * PASSES, sizeof *masked.sequences),
                             .truth = memory_new(count * PASSES, sizeof *masked.truth),
                             .of_fill = memory_new(count * PASSES, sizeof *masked.of_fill),
                             .near = memory_new(count, sizeof *masked.near),
                             .fill = memory_new(count, sizeof *masked.fill),
                             .fill_pieces = memory_new(count, sizeof *masked.fill_pieces) };
    bool brief = group_is_brief(group);
    bool fine = count < 2 || look_at_masked(group, drafts, &masked, error);
    for (size_t i = 0; i < count && fine; i++) {
        struct draft *draft = drafts->at[i];
        double share = brief || !masked.fill_pieces[i] ? 1 : (double)FILL_PIECES / masked.fill_pieces[i];
        double length = brief ? draft->prior : -length_cost(group, draft);
        draft->rank = masked.near[i] + share * masked.fill[i] + length -
                      REPEAT_COST * count_repeats(group, draft) - BLANK_COST * count_blank(group, draft);
    }
    if (fine)
        drafts_sort(drafts);
    free(masked.sequences);
    free(masked.truth);
    free(masked.of_fill);
    free(masked.near);
    free(masked.fill);
    free(masked.fill_pieces);
    return fine;
}
