/* The nearest text on both sides of a group's holes, as pieces, and where everything stands. */
#include "model/infill/group.h"

#include "model/base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { CONTEXT_LEAST = 8 };

/* What stands in front of a text without a preface; with one, the front has it. */
static int bos_count(const struct group *group)
{
    return infill_slots(group->infill) == 0 && group->front.count == 0 &&
           infill_framing(group->infill)->bos >= 0;
}

static int eos_count(const struct group *group)
{
    const struct framing *framing = infill_framing(group->infill);
    return framing->closed && framing->eos >= 0;
}

static int start_of_text(const struct group *group)
{
    return group->front.count + bos_count(group);
}

/* Shares what the holes and the text between them leave among both ends: the nearest pieces, evenly where
 * both have enough. */
bool group_window(struct group *group, struct lacuna_error *error)
{
    int length = infill_framing(group->infill)->context_length,
        left = length - start_of_text(group) - eos_count(group);
    struct ids *first = &group->sides[0], *last = &group->sides[group->hole_count];
    for (int h = 0; h < group->hole_count; h++)
        left -= group->holes[h].room;
    for (int s = 1; s < group->hole_count; s++)
        left -= (int)group->sides[s].count;
    size_t wanted = first->count + last->count;
    if (left < 0 || (left < CONTEXT_LEAST && (size_t)left < wanted))
        return fail(error, LACUNA_TOO_LONG, "the hole is too long for the model's context of %d pieces",
                    length);
    size_t room = (size_t)left, tail = room / 2;
    if (room > first->count && room - first->count > tail)
        tail = room - first->count;
    tail = tail < last->count ? tail : last->count;
    size_t head = room - tail < first->count ? room - tail : first->count;
    if (head)
        memmove(first->at, first->at + first->count - head, head * sizeof *first->at);
    first->count = head;
    last->count = tail;
    int position = start_of_text(group);
    for (int h = 0; h < group->hole_count; h++) {
        position += (int)group->sides[h].count;
        group->holes[h].position = position;
        position += group->holes[h].room;
    }
    return true;
}

int side_position(const struct group *group, int index, int at)
{
    if (index == 0)
        return start_of_text(group) + at;
    const struct hole *hole = &group->holes[index - 1];
    return hole->position + hole->room + at;
}

void side_near(const struct group *group, int index, int near, int *behind_hole, int *before_hole)
{
    int size = (int)group->sides[index].count;
    *behind_hole = index > 0 ? (near < size ? near : size) : 0;
    int left = size - *behind_hole;
    *before_hole = index < group->hole_count ? (near < left ? near : left) : 0;
}

bool group_context(struct group *group, int near, struct lacuna_error *error)
{
    size_t room =
        (size_t)(infill_framing(group->infill)->context_length + bos_count(group) + eos_count(group));
    for (int s = 0; s <= group->hole_count; s++)
        room += group->sides[s].count;
    int32_t *ids = memory_new(room, sizeof *ids), *positions = memory_new(room, sizeof *positions);
    int count = 0;
    if (bos_count(group)) {
        ids[count] = infill_framing(group->infill)->bos;
        positions[count++] = group->front.count;
    }
    for (int s = 0; s <= group->hole_count; s++) {
        int behind, before;
        side_near(group, s, near, &behind, &before);
        for (int i = behind; i < (int)group->sides[s].count - before; i++) {
            ids[count] = group->sides[s].at[i];
            positions[count++] = side_position(group, s, i);
        }
    }
    if (eos_count(group)) {
        ids[count] = infill_framing(group->infill)->eos;
        positions[count++] =
            side_position(group, group->hole_count, (int)group->sides[group->hole_count].count);
    }
    const struct framing *framing = infill_framing(group->infill);
    int end = count ? positions[count - 1] + 1 : framing->context_length;
    for (int at = end; framing->padded && framing->pad >= 0 && at < framing->context_length; at++) {
        ids[count] = framing->pad;
        positions[count++] = at;
    }
    struct rows rows = { .ids = ids, .positions = positions, .count = count };
    bool fine = denoiser_context(group->session, &rows, error);
    free(ids);
    free(positions);
    return fine;
}
