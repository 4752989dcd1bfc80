#include "model/infill/length.h"

#include "model/base/memory.h"
#include "model/infill/climb.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { START = 8, PATIENCE = 4, MOST = 64 }; /* as published */
/* How many pieces fills of a number of words may take; the look decides which of them. */
enum { PIECES_MORE = 6 };

struct probe {
    struct group *group;
    const struct ends *ends;
    int *lengths; /* [hole_count] canvas lengths */
    int hole;     /* whose length is sought */
    double sum;   /* of the largest probabilities of its open places */
    int count;
    struct lacuna_error *error;
};

static void add_places(void *user, int index, const struct view *view)
{
    (void)index;
    struct probe *probe = user;
    const struct draft *draft = (const struct draft *)view->sequence;
    for (int k = 0; k < view->count; k++) {
        int place = view->places[k];
        if (place < draft->starts[probe->hole] || place >= draft->starts[probe->hole + 1])
            continue;
        float largest = view->with[k][0];
        for (int32_t v = 1; v < view->vocabulary; v++)
            largest = fmaxf(largest, view->with[k][v]);
        probe->sum += exp(largest);
        probe->count++;
    }
}

bool length_confidence(struct group *group, const struct ends *ends, int hole, int length, int *lengths,
                       double *confidence, struct lacuna_error *error)
{
    struct probe probe = { .hole = hole };
    struct lacuna_error reason = { 0 };
    *confidence = 0;
    lengths[hole] = length + draft_fixed(group, hole);
    if (!length_place(group, ends, lengths, &reason))
        return reason.code == LACUNA_TOO_LONG || fail(error, reason.code, "%s", reason.message);
    struct draft *draft = draft_new(group, lengths, 0);
    struct sequence *sequence = &draft->sequence;
    struct denoise plain = group->denoise;
    plain.guidance.active = false;
    bool fine = denoise_look(&plain, &sequence, 1, add_places, &probe, error);
    draft_free(draft, group->hole_count);
    *confidence = probe.count ? probe.sum / probe.count : 0;
    return fine;
}

/* Φ of a body of `length` places; lengths that no fill has are worth nothing, nor is any more once it is
 * stopped.
 */
static bool look_at_length(void *user, int length, double *confidence)
{
    struct probe *probe = user;
    struct group *group = probe->group;
    bool halted = group->watch->stop && atomic_load(group->watch->stop);
    *confidence = 0;
    return halted || group->holes[probe->hole].chance[length + draft_fixed(group, probe->hole)] <= 0 ||
           length_confidence(group, probe->ends, probe->hole, length, probe->lengths, confidence,
                             probe->error);
}

static int between(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

/* Where the search begins: pieces of a body. */
static int start_of(const struct group *group)
{
    const struct lacuna_length *length = &group->wish->length;
    if (length->unit == LACUNA_TOKENS)
        return between(START, length->low, length->high);
    return length->unit == LACUNA_WORDS ? length->low + length->low / 3 : START;
}

/* The longest body that is looked at. */
static int most_of(const struct group *group)
{
    const struct lacuna_length *length = &group->wish->length;
    int most = length_most(group);
    if (length->unit == LACUNA_TOKENS)
        return length->low > most ? length->low : between(length->high, length->low, most);
    if (length->unit == LACUNA_WORDS)
        return 2 * length->high + PIECES_MORE;
    int known = infill_bias(group->infill)->count, limit = known ? known : MOST;
    return limit < most ? limit : most;
}

static bool climb_hole(struct probe *probe, struct lacuna_error *error)
{
    struct group *group = probe->group;
    struct hole *hole = &group->holes[probe->hole];
    int fixed = draft_fixed(group, probe->hole);
    hole->room = fixed + most_of(group);
    hole->chance = memory_resize(hole->chance, (size_t)hole->room + 1, sizeof *hole->chance);
    for (int size = 0; size <= hole->room; size++)
        hole->chance[size] = 1;
    if (!length_restrict(group, hole, error))
        return false;
    int high = hole->high - fixed, low = between(length_kept(group), hole->low - fixed, high);
    const struct length_bias *bias = infill_bias(group->infill);
    struct climb climb = { .start = between(start_of(group), low, high),
                           .low = low,
                           .high = high,
                           .patience = bias->count ? bias->count : PATIENCE,
                           .bias = *bias,
                           .look = look_at_length,
                           .user = probe };
    int found = low == high ? low : climb_length(&climb, NULL);
    probe->lengths[probe->hole] = found + fixed;
    return found > 0;
}

bool length_fixed(struct group *group, struct lacuna_error *error)
{
    struct ends ends = ends_keep(group);
    int *lengths = memory_new((size_t)group->hole_count, sizeof *lengths);
    for (int h = 0; h < group->hole_count; h++)
        lengths[h] = start_of(group) + group->holes[h].plans.count;
    bool fine = length_look(group, lengths, error);
    for (int h = 0; fine && h < group->hole_count; h++)
        lengths[h] = start_of(group) + draft_fixed(group, h);
    struct probe probe = { .group = group, .ends = &ends, .lengths = lengths, .error = error };
    for (; fine && probe.hole < group->hole_count; probe.hole++)
        fine = climb_hole(&probe, error);
    fine = fine && length_place(group, &ends, lengths, error);
    if (fine)
        length_settle(group, lengths);
    free(lengths);
    ends_free(&ends);
    return fine;
}
