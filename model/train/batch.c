#include "model/train/batch.h"

#include "model/base/memory.h"

#include <stdlib.h>
#include <string.h>

static void reserve(struct batch *b, size_t places)
{
    size_t old = b->room;
    b->start = memory_grow(b->start, &b->row_room, (size_t)b->row_count + 2, sizeof *b->start);
    b->level = memory_grow(b->level, &b->level_room, (size_t)b->row_count + 1, sizeof *b->level);
    b->ids = memory_grow(b->ids, &b->room, (size_t)b->count + places, sizeof *b->ids);
    if (b->room == old)
        return;
    b->positions = memory_resize(b->positions, b->room, sizeof *b->positions);
    b->kinds = memory_resize(b->kinds, b->room, sizeof *b->kinds);
    b->at = memory_resize(b->at, b->room, sizeof *b->at);
    b->wanted = memory_resize(b->wanted, b->room, sizeof *b->wanted);
    b->weight = memory_resize(b->weight, b->room, sizeof *b->weight);
    b->sigma = memory_resize(b->sigma, b->room, sizeof *b->sigma);
}

void batch_add_row(struct batch *b, const struct row *row)
{
    size_t count = (size_t)row->count;
    reserve(b, count);
    memcpy(b->ids + b->count, row->ids, sizeof *row->ids * count);
    memcpy(b->positions + b->count, row->positions, sizeof *row->positions * count);
    memcpy(b->kinds + b->count, row->kinds, count);
    for (int i = 0; i < row->count; i++)
        if (row->weight[i] != 0.0f) {
            b->at[b->chosen] = b->count + i;
            b->wanted[b->chosen] = row->wanted[i];
            b->sigma[b->chosen] = (float)row->sigma;
            b->weight[b->chosen++] = row->weight[i];
        }
    b->level[b->row_count] = row->level;
    b->start[b->row_count++] = b->count;
    b->count += row->count;
    b->start[b->row_count] = b->count;
}

void batch_copy(struct batch *out, const struct batch *batch, int first, int rows)
{
    batch_clear(out);
    int n = 0;
    while (n < batch->chosen && batch->at[n] < batch->start[first])
        n++;
    for (int r = first; r < first + rows; r++) {
        int at = batch->start[r], count = batch->start[r + 1] - at;
        size_t places = (size_t)count;
        reserve(out, places);
        memcpy(out->ids + out->count, batch->ids + at, sizeof *out->ids * places);
        memcpy(out->positions + out->count, batch->positions + at, sizeof *out->positions * places);
        memcpy(out->kinds + out->count, batch->kinds + at, places);
        for (; n < batch->chosen && batch->at[n] < batch->start[r + 1]; n++, out->chosen++) {
            out->at[out->chosen] = batch->at[n] - batch->start[first];
            out->wanted[out->chosen] = batch->wanted[n];
            out->weight[out->chosen] = batch->weight[n];
            out->sigma[out->chosen] = batch->sigma[n];
        }
        out->level[out->row_count] = batch->level[r];
        out->start[out->row_count++] = out->count;
        out->count += count;
        out->start[out->row_count] = out->count;
    }
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
    free(b->sigma);
    free(b->level);
    *b = (struct batch){ 0 };
}

void batch_lay(struct batch *batch, int rows, int length)
{
    size_t count = (size_t)length;
    int32_t *none = memory_new(count, sizeof *none), *positions = memory_new(count, sizeof *positions);
    uint8_t *kinds = memory_new(count, 1);
    float *weight = memory_new(count, sizeof *weight);
    for (int i = 0; i < length; i++) {
        positions[i] = i;
        kinds[i] = KIND_HOLE;
    }
    for (int r = 0; r < rows; r++)
        batch_add_row(batch, &(struct row){ length, none, none, positions, kinds, weight, 0, 0 });
    free(none);
    free(positions);
    free(kinds);
    free(weight);
}
