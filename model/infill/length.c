/* How long a hole is, and how its fill begins.
 *
 * A canvas is a bucket larger than the text, and null pieces fill its tail only. So P(null at i) of a wholly
 * masked bucket is the chance that the text is at most i pieces long; made monotone, its differences are the
 * distribution of the length. Training drew the bucket among those that hold the text, which favours short
 * texts in small buckets: the chance of each length is multiplied by the weight of all buckets that hold it,
 * so that it does not depend on the bucket looked at. */
#include "model/infill/length.h"

#include "model/base/memory.h"
#include "model/diffusion/logits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKET_LEAST = 32 };
/* Pieces a word of running text takes, a sign now and then included; only how the search for a number of
 * words begins. */
static const double PIECES_A_WORD = 1.3;

/* ---- rooms */

static int bucket_for(const struct group *group, int pieces)
{
    const struct buckets *buckets = infill_buckets(group->infill);
    for (int i = 0; i < buckets->count; i++)
        if (buckets->size[i] >= pieces)
            return buckets->size[i];
    return pieces;
}

static int bucket_most(const struct group *group)
{
    const struct buckets *buckets = infill_buckets(group->infill);
    int most = buckets->size[0], length = infill_framing(group->infill)->context_length;
    for (int i = 0; i < buckets->count; i++)
        if (buckets->size[i] < 0.52 * length)
            most = buckets->size[i];
    return most;
}

static int keep_pieces(const struct group *group)
{
    int total = 0;
    for (size_t k = 0; k < group->keep_count; k++)
        total += (int)strlen(group->keep[k]) / 3 + 2;
    return total;
}

/* Room for what was asked, before anything is known of the hole. */
static int first_room(const struct group *group, const struct hole *hole, int bucket)
{
    const struct lacuna_length *length = &group->wish->length;
    int most = bucket_most(group), fixed = hole->plans.count;
    if (length->unit == LACUNA_TOKENS && length->low > most - fixed)
        return length->low + fixed;
    int wanted = length->unit == LACUNA_TOKENS ? length->high < most ? length->high + fixed : most
                 : length->unit == LACUNA_WORDS
                     ? length->high < most ? (int)(1.5 * length->high) + 6 + fixed : most
                     : bucket;
    if (length->unit == LACUNA_WORDS && 1.5 * length->low + 6 + fixed > most)
        return (int)(1.5 * length->low) + 6 + fixed;
    wanted = wanted > keep_pieces(group) + fixed ? wanted : keep_pieces(group) + fixed;
    wanted = bucket_for(group, wanted);
    return wanted < most ? wanted : most;
}

static double holds(const struct group *group, int pieces)
{
    const struct buckets *buckets = infill_buckets(group->infill);
    double sum = 0;
    for (int i = 0; i < buckets->count; i++)
        if (buckets->size[i] >= pieces)
            sum += buckets->weight[i];
    return sum > 0 ? sum : buckets->weight[buckets->count - 1];
}

/* ---- what one look says */

struct looked {
    struct group *group;
    bool fine;
};

/* The logarithm of the chance of a plan: its fixed pieces, and whatever may follow. */
static double plan_score(const struct rule *rule, const float *const *rows, int count)
{
    if (rule->fixed_count >= count)
        return -INFINITY;
    double score = 0;
    for (int k = 0; k < rule->fixed_count; k++)
        score += rows[k][rule->fixed[k]];
    const float *row = rows[rule->fixed_count];
    double sum = 0;
    for (int32_t id = 0; id < rule->pieces->count; id++)
        if (rule->first[id] && row[id] > -60)
            sum += exp(row[id]);
    return score + log(sum + 1e-300);
}

static void set_words(const struct group *group, struct rule *rule)
{
    const struct lacuna_length *length = &group->wish->length;
    if (length->unit == LACUNA_WORDS)
        rule_words(rule, length->low, length->high);
    else
        rule_words(rule, 1, -1);
}

bool rule_of_plan(struct group *group, struct hole *hole, int plan)
{
    rule_free(&hole->rule);
    bool fine = rule_new(&hole->rule, group->pieces, &hole->seam, &hole->plans, plan, group->wish->newlines);
    set_words(group, &hole->rule);
    return fine;
}

static void choose_plan(struct group *group, struct hole *hole, const float *const *rows, int count)
{
    double best = -INFINITY;
    struct rule kept = { 0 };
    for (int plan = 0; plan <= hole->plans.count; plan++) {
        bool fine = rule_of_plan(group, hole, plan);
        double score = fine ? plan_score(&hole->rule, rows, count) : -INFINITY;
        if (fine && (score > best || !kept.first)) {
            rule_free(&kept);
            kept = hole->rule;
            hole->rule = (struct rule){ 0 };
            best = score;
        }
        rule_free(&hole->rule);
    }
    hole->rule = kept;
}

/* chance [room + 1] from P(null) at each place. */
static void chances_of_nulls(const struct group *group, struct hole *hole, const float *const *rows,
                             int count, int32_t null)
{
    double before = 0;
    for (int length = 0; length <= hole->room; length++) {
        double most = length < count ? exp(rows[length][null]) : 1;
        most = most > before ? most : before;
        hole->chance[length] = length ? (most - before) * holds(group, length) : most;
        before = most;
    }
}

/* Of a model without nulls nothing is known: short fills are as likely as long ones, on a scale of ratios. */
static void chances_by_ratio(struct hole *hole)
{
    for (int length = 1; length <= hole->room; length++)
        hole->chance[length] = 1.0 / (length + 4);
}

static void look_at(void *user, int index, const struct view *view)
{
    (void)index;
    struct looked *looked = user;
    struct group *group = looked->group;
    const struct draft *draft = (const struct draft *)view->sequence;
    for (int h = 0; h < group->hole_count; h++) {
        struct hole *hole = &group->holes[h];
        const float *const *rows = view->with + draft->starts[h];
        int count = draft->starts[h + 1] - draft->starts[h];
        choose_plan(group, hole, rows, count);
        looked->fine = looked->fine && hole->rule.first;
        hole->chance = memory_resize(hole->chance, (size_t)hole->room + 1, sizeof *hole->chance);
        memset(hole->chance, 0, ((size_t)hole->room + 1) * sizeof *hole->chance);
        if (group->denoise.framing->null >= 0)
            chances_of_nulls(group, hole, rows, count, group->denoise.framing->null);
        else
            chances_by_ratio(hole);
    }
}

/* ---- what was asked */

static bool length_possible(const struct rule *rule, int size)
{
    uint8_t *open = memory_new((size_t)size, 1), *kept = memory_new((size_t)size, 1);
    memset(open, 1, (size_t)size);
    struct stretch stretch = { .open = open, .kept = kept, .size = size };
    bool possible = lattice_possible(rule, &stretch);
    free(open);
    free(kept);
    return possible;
}

static double words_prior(const struct lacuna_length *length, int body)
{
    double low = length->low * PIECES_A_WORD, high = length->high * PIECES_A_WORD + 1;
    double off = body < low ? low - body : body > high ? body - high : 0;
    double spread = 0.5 + 0.15 * length->low;
    return exp(-0.5 * off * off / (spread * spread));
}

/* Leaves the lengths that were asked for and that some fill has; false: there is none. */
static bool restrict_lengths(struct group *group, struct hole *hole)
{
    const struct lacuna_length *length = &group->wish->length;
    int fixed = hole->rule.fixed_count, low = 1, high = hole->room - fixed;
    if (length->unit == LACUNA_TOKENS) {
        low = length->low;
        high = length->high < high ? length->high : high;
    }
    double sum = 0;
    hole->low = hole->high = 0;
    for (int size = 0; size <= hole->room; size++) {
        int body = size - fixed;
        double *chance = &hole->chance[size];
        if (body < low || body > high || !length_possible(&hole->rule, body)) {
            *chance = 0;
            continue;
        }
        if (length->unit == LACUNA_WORDS)
            *chance = (*chance + 1e-3) * words_prior(length, body);
        *chance += 1e-9;
        sum += *chance;
        hole->low = hole->low ? hole->low : size;
        hole->high = size;
    }
    for (int size = 0; size <= hole->room && sum > 0; size++)
        hole->chance[size] /= sum;
    return sum > 0;
}

static bool is_crowded(const struct hole *hole)
{
    double tail = 0;
    for (int size = hole->room - hole->room / 4 + 1; size <= hole->room; size++)
        tail += hole->chance[size];
    return tail >= 0.3;
}

/* No fill has a word: then one without is better than none (a hole between signs, say). */
static bool without_words(struct group *group, struct hole *hole)
{
    if (group->wish->length.unit == LACUNA_WORDS)
        return false;
    rule_words(&hole->rule, 0, -1);
    return restrict_lengths(group, hole);
}

bool length_look(struct group *group, const int *rooms, struct lacuna_error *error)
{
    for (int h = 0; h < group->hole_count; h++) {
        rule_free(&group->holes[h].rule);
        free(group->holes[h].chance);
        group->holes[h].chance = NULL;
        group->holes[h].room = rooms[h];
    }
    struct looked looked = { .group = group, .fine = true };
    bool fine = group_window(group, error) && group_context(group, 0, error);
    struct draft *draft = fine ? draft_new(group, rooms, 0) : NULL;
    struct sequence *sequence = draft ? &draft->sequence : NULL;
    struct denoise plain = group->denoise;
    plain.guidance.active = false;
    fine = fine && denoise_look(&plain, &sequence, 1, look_at, &looked, error);
    draft_free(draft, group->hole_count);
    if (fine && !looked.fine)
        return fail(error, LACUNA_LENGTH, "no piece of the model may begin a fill here");
    return fine;
}

static bool look_once(struct group *group, int bucket, struct lacuna_error *error)
{
    int *rooms = memory_new((size_t)group->hole_count, sizeof *rooms);
    for (int h = 0; h < group->hole_count; h++)
        rooms[h] = first_room(group, &group->holes[h], bucket);
    bool fine = length_look(group, rooms, error);
    free(rooms);
    return fine;
}

struct ends ends_keep(const struct group *group)
{
    struct ends ends = { 0 };
    const struct ids *first = &group->sides[0], *last = &group->sides[group->hole_count];
    ids_append(&ends.head, first->at, first->count);
    ids_append(&ends.tail, last->at, last->count);
    return ends;
}

void ends_restore(const struct ends *ends, struct group *group)
{
    struct ids *first = &group->sides[0], *last = &group->sides[group->hole_count];
    first->count = last->count = 0;
    ids_append(first, ends->head.at, ends->head.count);
    ids_append(last, ends->tail.at, ends->tail.count);
}

void ends_free(struct ends *ends)
{
    ids_free(&ends->head);
    ids_free(&ends->tail);
}

int length_kept(const struct group *group)
{
    return keep_pieces(group);
}

int length_most(const struct group *group)
{
    return bucket_most(group);
}

bool length_restrict(struct group *group, struct hole *hole, struct lacuna_error *error)
{
    return restrict_lengths(group, hole) || without_words(group, hole) ||
           fail(error, LACUNA_LENGTH, "no fill of that length exists for this hole");
}

bool length_place(struct group *group, const struct ends *ends, const int *lengths,
                  struct lacuna_error *error)
{
    for (int h = 0; h < group->hole_count; h++)
        group->holes[h].room = lengths[h];
    ends_restore(ends, group);
    return group_window(group, error) && group_context(group, 0, error);
}

void length_settle(struct group *group, const int *lengths)
{
    for (int h = 0; h < group->hole_count; h++) {
        struct hole *hole = &group->holes[h];
        free(hole->chance);
        hole->chance = memory_new((size_t)lengths[h] + 1, sizeof *hole->chance);
        hole->chance[lengths[h]] = 1;
        hole->low = hole->high = lengths[h];
    }
}

/* By buckets, for a network that has null pieces. */
static bool length_buckets(struct group *group, struct lacuna_error *error)
{
    int most = bucket_most(group), bucket = BUCKET_LEAST < most ? BUCKET_LEAST : most;
    struct ends ends = ends_keep(group);
    bool fine, again;
    do {
        fine = look_once(group, bucket, error);
        bool crowded = false;
        for (int h = 0; fine && h < group->hole_count; h++) {
            fine = length_restrict(group, &group->holes[h], error);
            crowded = crowded || is_crowded(&group->holes[h]);
        }
        again = fine && crowded && group->hole_count == 1 && group->wish->length.unit == LACUNA_AUTO &&
                bucket < most;
        if (again) {
            bucket *= 2;
            ends_restore(&ends, group);
        }
    } while (again);
    ends_free(&ends);
    return fine;
}

bool group_lengths(struct group *group, struct lacuna_error *error)
{
    const struct framing *framing = group->denoise.framing;
    if (framing->null >= 0)
        return length_buckets(group, error);
    return framing->expand >= 0 ? length_elastic(group, error) : length_fixed(group, error);
}
