/* Rows of activations in int8, for the products in whole numbers. */
#include "model/tensor/floats.h"
#include "model/tensor/panels.h"

#include <stdlib.h>

/* QUANTISE_ROWS: rows of a tile, a multiple of ROW_GROUP; ALONE_ROWS: so few are not worth waking a thread.
 */
enum { QUANTISE_ROWS = 16, ALONE_ROWS = 32, LINE = 64 };

static size_t whole_lines(size_t bytes)
{
    return (bytes + LINE - 1) / LINE * LINE;
}

static bool wants_int8(const struct linear_call *call)
{
    return call->linear->int8.panels || (call->times && call->times->int8.panels);
}

static bool wants_blocks(const struct linear_call *call)
{
    return call->linear->form || (call->times && call->times->form);
}

static int int8_steps(const struct linear_call *call)
{
    return (call->linear->weight.cols + INT8_STEP - 1) / INT8_STEP;
}

/* The rows of a call from `memory` on; returns the bytes that they take. NULL: nothing is laid. */
static size_t lay_int8(const struct linear_call *call, uint8_t *memory, struct int8_rows *rows)
{
    size_t m = (size_t)call->m, levels = whole_lines(m * INT8_STEP * (size_t)int8_steps(call));
    if (memory)
        *rows = (struct int8_rows){ memory, m, (const float *)(memory + levels), 0, call->m };
    return levels + whole_lines(m * sizeof(float));
}

static size_t lay_blocks(const struct linear_call *call, uint8_t *memory, struct block_rows *rows)
{
    size_t m = ((size_t)call->m + ROW_GROUP - 1) / ROW_GROUP * ROW_GROUP,
           cols = (size_t)call->linear->weight.cols;
    size_t levels = whole_lines(m * cols), scales = whole_lines(m * (cols / BLOCK) * sizeof(float)),
           sums = whole_lines(m * (cols / HALF_BLOCK) * sizeof(int32_t));
    if (memory)
        *rows = (struct block_rows){ .cols = (int)cols,
                                     .levels = (int8_t *)memory,
                                     .scales = (float *)(memory + levels),
                                     .sums = (int32_t *)(memory + levels + scales),
                                     .weights = (float *)(memory + levels + scales + sums) };
    return levels + 2 * scales + sums;
}

struct quantise_job {
    const struct kernels *kernels;
    const struct linear_call *call;
    const struct quantised *rows;
    bool int8, blocks;
};

static void quantise_row(const struct quantise_job *job, int row)
{
    const struct linear_call *call = job->call;
    const float *x = call->x + (size_t)row * call->x_stride;
    const struct int8_rows *int8 = &job->rows->int8;
    if (job->int8)
        ((float *)int8->x_scales)[row] = job->kernels->activations_int8(
            x, call->linear->weight.cols, (uint8_t *)int8->x + (size_t)row * INT8_STEP, int8->stride);
    if (job->blocks)
        job->kernels->activations_blocks(x, &job->rows->blocks, row);
}

static void quantise_tile(void *user, int tile)
{
    const struct quantise_job *job = user;
    for (int row = tile * QUANTISE_ROWS; row < job->call->m && row < (tile + 1) * QUANTISE_ROWS; row++)
        quantise_row(job, row);
}

static void quantise(struct linear_work *work, const struct linear_call *call, const struct quantised *rows)
{
    struct quantise_job job = { engine_kernels(work->engine), call, rows, wants_int8(call),
                                wants_blocks(call) };
    int tiles = (call->m + QUANTISE_ROWS - 1) / QUANTISE_ROWS;
    if (call->m > ALONE_ROWS) {
        engine_parallel(work->engine, tiles, quantise_tile, &job);
        return;
    }
    for (int tile = 0; tile < tiles; tile++)
        quantise_tile(&job, tile);
}

/* The number of an earlier call that multiplies the same rows in the same way, or `number`. */
static int same_rows(const struct linear_call *calls, int number)
{
    const struct linear_call *call = &calls[number];
    for (int i = 0; i < number; i++)
        if (calls[i].x == call->x && calls[i].m == call->m && calls[i].x_stride == call->x_stride &&
            wants_int8(&calls[i]) == wants_int8(call) && wants_blocks(&calls[i]) == wants_blocks(call))
            return i;
    return number;
}

static size_t lay(const struct linear_call *call, uint8_t *memory, struct quantised *rows)
{
    size_t size = wants_int8(call) ? lay_int8(call, memory, &rows->int8) : 0;
    return size + (wants_blocks(call) ? lay_blocks(call, memory ? memory + size : NULL, &rows->blocks) : 0);
}

void linear_quantise(struct linear_work *work, const struct linear_call *calls, int count,
                     struct quantised *rows)
{
    size_t size = 0;
    for (int i = 0; i < count; i++)
        size += same_rows(calls, i) == i ? lay(&calls[i], NULL, &rows[i]) : 0;
    if (size > work->quantised_room) {
        free(work->quantised);
        work->quantised = aligned_new(size);
        work->quantised_room = size;
    }
    uint8_t *memory = work->quantised;
    for (int i = 0; i < count; i++) {
        int same = same_rows(calls, i);
        if (same < i) {
            rows[i] = rows[same];
        } else if (wants_int8(&calls[i]) || wants_blocks(&calls[i])) {
            memory += lay(&calls[i], memory, &rows[i]);
            quantise(work, &calls[i], &rows[i]);
        }
    }
}
