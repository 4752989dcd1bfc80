#include "model/tensor/panels.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* BLOCK_ROWS: rows of x that a tile takes when panels are ready. */
enum { BLOCK_ROWS = 96, CALLS_MAX = 8 };

struct job {
    const struct kernels *kernels;
    struct linear_work *work;
    const struct linear_call *calls;
    struct quantised rows[CALLS_MAX]; /* x of each call, where it is computed in whole numbers */
};

/* Its panels need not be made by the tile. */
static bool is_ready(const struct linear *linear)
{
    return linear->int8.panels || linear->panels;
}

static bool ready(const struct linear_call *call)
{
    return is_ready(call->linear) && (!call->times || is_ready(call->times));
}

static int block_count(const struct linear_call *call)
{
    return ready(call) ? (call->m + BLOCK_ROWS - 1) / BLOCK_ROWS : 1;
}

static int columns_of(const struct linear *linear, int index)
{
    int rest = linear->weight.rows - index * PANEL;
    return rest < PANEL ? rest : PANEL;
}

/* A rectangle of the product: rows [row, row + count) of the call's x, panel `index`. */
struct part {
    const struct linear_call *call;
    const struct quantised *quantised;
    int index, row, count;
};

/* One panel of a weight: packed, or made by the tile. */
struct ready_panel {
    const float *floats;       /* NULL: int8 or blocks */
    struct block_panel blocks; /* levels NULL: not in blocks */
};

static void multiply_int8(const struct job *job, const struct part *part, const struct linear *linear,
                          float *out)
{
    struct int8_rows rows = part->quantised->int8;
    rows.first = part->row;
    rows.m = part->count;
    size_t at = (size_t)part->index * PANEL, step = INT8_STEP * (size_t)linear->int8.steps;
    struct int8_panel panel = { linear->int8.panels + at * step, linear->int8.sums + at,
                                linear->int8.scales + at, linear->int8.steps };
    job->kernels->panel_int8(&rows, &panel, out);
}

static void multiply_blocks(const struct job *job, const struct part *part, const struct block_panel *panel,
                            float *out)
{
    const struct block_rows *rows = &part->quantised->blocks;
    size_t blocks = (size_t)rows->cols / BLOCK;
    job->kernels->panel_blocks(rows, part->row, part->count, panel, out);
    if (panel->leasts)
        job->kernels->panel(rows->weights + (size_t)part->row * blocks, blocks, panel->leasts, PANEL, out,
                            PANEL, part->count, (int)blocks, PANEL, true);
}

/* One panel's outputs, bias added, into out (stride PANEL). */
static void multiply(const struct job *job, const struct part *part, const struct linear *linear,
                     const struct ready_panel *panel, float *out)
{
    const struct linear_call *call = part->call;
    if (linear->int8.panels)
        multiply_int8(job, part, linear, out);
    else if (panel->blocks.levels)
        multiply_blocks(job, part, &panel->blocks, out);
    else
        job->kernels->panel(call->x + (size_t)part->row * call->x_stride, call->x_stride, panel->floats,
                            PANEL, out, PANEL, part->count, linear->weight.cols, PANEL, false);
    for (int i = 0; linear->bias && i < part->count; i++)
        job->kernels->add(out + (size_t)i * PANEL, linear->bias + part->index * PANEL,
                          columns_of(linear, part->index));
}

static void activate(const struct kernels *kernels, enum activation activation, float *x, int n)
{
    switch (activation) {
    case LINEAR_PLAIN:
        break;
    case LINEAR_SILU:
        kernels->silu(x, n);
        break;
    case LINEAR_GELU_TANH:
        kernels->gelu_tanh(x, n);
        break;
    case LINEAR_GELU_ERF:
        for (int i = 0; i < n; i++)
            x[i] = 0.5f * x[i] * (1 + erff(x[i] * 0.70710678f));
        break;
    case LINEAR_RELU_SQUARED:
        for (int i = 0; i < n; i++)
            x[i] = x[i] > 0 ? x[i] * x[i] : 0;
        break;
    case LINEAR_TANH:
        for (int i = 0; i < n; i++)
            x[i] = tanhf(x[i]);
        break;
    }
}

static void write_out(const struct job *job, const struct linear_call *call, int first, int columns,
                      const float *from, float *to)
{
    if (!call->accumulate && !call->gate) {
        memcpy(to, from, (size_t)columns * sizeof *to);
        return;
    }
    if (call->accumulate && !call->gate) {
        job->kernels->add(to, from, columns);
        return;
    }
    for (int j = 0; j < columns; j++)
        to[j] = (call->accumulate ? to[j] : 0) + from[j] * call->gate[first + j];
}

/* Activates the outputs of a part and multiplies them by those of `times`. */
static void finish_block(const struct job *job, const struct linear_call *call, float *block,
                         const float *times, int n)
{
    if (times && call->activation == LINEAR_SILU) {
        job->kernels->silu_multiply(block, times, n);
        return;
    }
    activate(job->kernels, call->activation, block, n);
    for (int i = 0; times && i < n; i++)
        block[i] *= times[i];
}

/* A part, through a block that stays in the first cache. */
static void compute(const struct job *job, const struct part *part, const struct ready_panel *panel,
                    const struct ready_panel *times_panel)
{
    float block[BLOCK_ROWS][PANEL], times[BLOCK_ROWS][PANEL];
    const struct linear_call *call = part->call;
    multiply(job, part, call->linear, panel, block[0]);
    if (call->times)
        multiply(job, part, call->times, times_panel, times[0]);
    finish_block(job, call, block[0], call->times ? times[0] : NULL, part->count * PANEL);
    int first = part->index * PANEL, columns = columns_of(call->linear, part->index);
    for (int i = 0; i < part->count; i++)
        write_out(job, call, first, columns, block[i],
                  call->out + (size_t)(part->row + i) * call->out_stride + first);
}

/* Floats that make_ready needs. */
static size_t room_of(const struct linear *linear)
{
    if (!linear || is_ready(linear))
        return 0;
    return linear->form ? linear_block_panel_size(linear) : linear_panel_size(linear);
}

static struct ready_panel make_ready(const struct job *job, const struct linear *linear, int index,
                                     float *room)
{
    if (!linear || linear->int8.panels)
        return (struct ready_panel){ 0 };
    if (linear->panels)
        return (struct ready_panel){ .floats = linear->panels + (size_t)index * linear_panel_size(linear) };
    if (linear->form)
        return (struct ready_panel){ .blocks = linear_make_block_panel(linear, job->kernels, index, room) };
    linear_make_panel(linear, job->kernels, index, room);
    return (struct ready_panel){ .floats = room };
}

/* Rows [row, end) of the call, in parts of BLOCK_ROWS. */
static void call_rows(const struct job *job, int number, int index, int row, int end)
{
    const struct linear_call *call = &job->calls[number];
    size_t size = room_of(call->linear);
    float *room = size || room_of(call->times) ? scratch_take(&job->work->scratch) : NULL;
    struct ready_panel panel = make_ready(job, call->linear, index, room),
                       times = make_ready(job, call->times, index, room ? room + size : NULL);
    struct part part = { call, &job->rows[number], index, row, 0 };
    for (; part.row < end; part.row += BLOCK_ROWS) {
        part.count = end - part.row < BLOCK_ROWS ? end - part.row : BLOCK_ROWS;
        compute(job, &part, &panel, &times);
    }
    if (room)
        scratch_give(&job->work->scratch, room);
}

static void call_tile(const struct job *job, int number, int tile)
{
    const struct linear_call *call = &job->calls[number];
    int blocks = block_count(call), row = tile % blocks * BLOCK_ROWS;
    int end = blocks > 1 && row + BLOCK_ROWS < call->m ? row + BLOCK_ROWS : call->m;
    call_rows(job, number, tile / blocks, row, end);
}

static void run_tile(void *user, int tile)
{
    const struct job *job = user;
    int number = 0;
    for (;; number++) {
        const struct linear_call *call = &job->calls[number];
        int tiles = linear_panels(call->linear) * block_count(call);
        if (tile < tiles)
            break;
        tile -= tiles;
    }
    call_tile(job, number, tile);
}

void linear_run(struct linear_work *work, const struct linear_call *calls, int count)
{
    assert(count <= CALLS_MAX);
    struct job job = { .kernels = engine_kernels(work->engine), .work = work, .calls = calls };
    int tiles = 0;
    for (int i = 0; i < count; i++) {
        tiles += linear_panels(calls[i].linear) * block_count(&calls[i]);
        scratch_reserve(&work->scratch, room_of(calls[i].linear) + room_of(calls[i].times));
    }
    linear_quantise(work, calls, count, job.rows);
    engine_parallel(work->engine, tiles, run_tile, &job);
}
