#include "model/train/batch.h"

#include <stdlib.h>
#include <string.h>

/* The array with room for `room` items; when memory is short, as it was and *ok false. */
static void *enlarge(void *array, size_t item, int room, bool *ok)
{
    void *more = realloc(array, item * (size_t)room);
    *ok = *ok && more;
    return more ? more : array;
}

static bool reserve(struct batch *b, int places, int chosen)
{
    bool ok = true;
    if (b->row_count + 1 >= b->row_room) {
        int room = b->row_room ? 2 * b->row_room : 64;
        b->start = enlarge(b->start, sizeof *b->start, room, &ok);
        b->row_room = ok ? room : b->row_room;
    }
    if (b->count + places > b->room) {
        int room = 2 * (b->count + places);
        b->ids = enlarge(b->ids, sizeof *b->ids, room, &ok);
        b->positions = enlarge(b->positions, sizeof *b->positions, room, &ok);
        b->kinds = enlarge(b->kinds, sizeof *b->kinds, room, &ok);
        b->room = ok ? room : b->room;
    }
    if (b->chosen + chosen > b->chosen_room) {
        int room = 2 * (b->chosen + chosen);
        b->at = enlarge(b->at, sizeof *b->at, room, &ok);
        b->wanted = enlarge(b->wanted, sizeof *b->wanted, room, &ok);
        b->weight = enlarge(b->weight, sizeof *b->weight, room, &ok);
        b->chosen_room = ok ? room : b->chosen_room;
    }
    return ok;
}

bool batch_add_row(struct batch *b, const int32_t *ids, const int32_t *positions, const uint8_t *kinds, int count,
                   const int32_t *wanted, const float *weight)
{
    if (!reserve(b, count, count))
        return false;
    memcpy(b->ids + b->count, ids, sizeof *ids * (size_t)count);
    memcpy(b->positions + b->count, positions, sizeof *positions * (size_t)count);
    memcpy(b->kinds + b->count, kinds, (size_t)count);
    for (int i = 0; i < count; i++)
        if (weight[i] != 0.0f) {
            b->at[b->chosen] = b->count + i;
            b->wanted[b->chosen] = wanted[i];
            b->weight[b->chosen++] = weight[i];
        }
    b->start[b->row_count++] = b->count;
    b->count += count;
    b->start[b->row_count] = b->count;
    return true;
}

void batch_clear(struct batch *b)
{
    b->row_count = b->count = b->chosen = 0;
}

void batch_free(struct batch *b)
{
    free(b->start);
    free(b->ids);
    free(b->positions);
    free(b->kinds);
    free(b->at);
    free(b->wanted);
    free(b->weight);
    *b = (struct batch){ 0 };
}
