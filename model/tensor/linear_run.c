#include "model/tensor/panels.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* BLOCK_ROWS: rows of x that a tile takes when panels are ready; ALONE_ROWS: so few are not worth waking a
 * thread. */
enum { BLOCK_ROWS = 96, QUANTISE_ROWS = 16, ALONE_ROWS = 32, CALLS_MAX = 8 };

struct job {
    const struct kernels *kernels;
    struct linear_work *work;
    const struct linear_call *calls;
    struct int8_rows rows[CALLS_MAX]; /* x of each call, where it is int8 */
};

static bool is_int8(const struct linear_call *call)
{
    return call->linear->int8.panels;
}

/* Panels need not be made by the tile. */
static bool ready(const struct linear_call *call)
{
    return is_int8(call) || (call->linear->panels && (!call->times || call->times->panels));
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
    const struct int8_rows *quantised;
    int index, row, count;
};

static void multiply_int8(const struct job *job, const struct part *part, const struct linear *linear,
                          float *out)
{
    struct int8_rows rows = *part->quantised;
    rows.first = part->row;
    rows.m = part->count;
    size_t at = (size_t)part->index * PANEL, step = INT8_STEP * (size_t)linear->int8.steps;
    struct int8_panel panel = { linear->int8.panels + at * step, linear->int8.sums + at,
                                linear->int8.scales + at, linear->int8.steps };
    job->kernels->panel_int8(&rows, &panel, out);
}

/* One panel's outputs, bias added, into out (stride PANEL). `panel` is not read where the weight is int8. */
static void multiply(const struct job *job, const struct part *part, const struct linear *linear,
                     const float *panel, float *out)
{
    const struct linear_call *call = part->call;
    if (linear->int8.panels)
        multiply_int8(job, part, linear, out);
    else
        job->kernels->panel(call->x + (size_t)part->row * call->x_stride, call->x_stride, panel, PANEL, out,
                            PANEL, part->count, linear->weight.cols, PANEL, false);
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
static void compute(const struct job *job, const struct part *part, const float *panel,
                    const float *times_panel)
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

static const float *packed(const struct linear *linear, int index)
{
    return linear && linear->panels ? linear->panels + (size_t)index * linear_panel_size(linear) : NULL;
}

static void call_tile(const struct job *job, int number, int tile)
{
    const struct linear_call *call = &job->calls[number];
    int blocks = block_count(call);
    struct part part = { call, &job->rows[number], tile / blocks, tile % blocks * BLOCK_ROWS, 0 };
    if (ready(call)) {
        part.count = call->m - part.row < BLOCK_ROWS ? call->m - part.row : BLOCK_ROWS;
        compute(job, &part, packed(call->linear, part.index), packed(call->times, part.index));
        return;
    }
    size_t size = linear_panel_size(call->linear);
    float *panel = scratch_take(&job->work->scratch), *times = panel + size;
    linear_make_panel(call->linear, job->kernels, tile, panel);
    if (call->times)
        linear_make_panel(call->times, job->kernels, tile, times);
    for (; part.row < call->m; part.row += BLOCK_ROWS) {
        part.count = call->m - part.row < BLOCK_ROWS ? call->m - part.row : BLOCK_ROWS;
        compute(job, &part, panel, times);
    }
    scratch_give(&job->work->scratch, panel);
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

struct quantise_job {
    const struct kernels *kernels;
    const struct linear_call *call;
    uint8_t *out;
    float *scales;
};

static void quantise_tile(void *user, int tile)
{
    const struct quantise_job *job = user;
    const struct linear_call *call = job->call;
    for (int row = tile * QUANTISE_ROWS; row < call->m && row < (tile + 1) * QUANTISE_ROWS; row++)
        job->scales[row] =
            job->kernels->activations_int8(call->x + (size_t)row * call->x_stride, call->linear->weight.cols,
                                           job->out + (size_t)row * INT8_STEP, (size_t)call->m);
}

/* The rows of a call into the work's memory, from `byte` and `row` on. */
static struct int8_rows quantise(struct linear_work *work, const struct linear_call *call, size_t byte,
                                 size_t row)
{
    struct quantise_job job = { engine_kernels(work->engine), call, work->quantised + byte,
                                work->scales + row };
    int tiles = (call->m + QUANTISE_ROWS - 1) / QUANTISE_ROWS;
    if (call->m <= ALONE_ROWS)
        for (int tile = 0; tile < tiles; tile++)
            quantise_tile(&job, tile);
    else
        engine_parallel(work->engine, tiles, quantise_tile, &job);
    return (struct int8_rows){ job.out, (size_t)call->m, job.scales, 0, call->m };
}

/* The number of an earlier call that multiplies the same rows, or `number`. */
static int same_rows(const struct linear_call *calls, int number)
{
    for (int i = 0; i < number; i++)
        if (is_int8(&calls[i]) && calls[i].x == calls[number].x && calls[i].m == calls[number].m)
            return i;
    return number;
}

static void quantise_all(struct job *job, int count)
{
    size_t size[CALLS_MAX] = { 0 }, bytes = 0, rows = 0;
    for (int i = 0; i < count; i++) {
        const struct linear_call *call = &job->calls[i];
        if (is_int8(call))
            size[i] = (size_t)call->m * INT8_STEP * (size_t)call->linear->int8.steps;
        bytes += size[i];
        rows += size[i] ? (size_t)call->m : 0;
    }
    linear_work_reserve(job->work, bytes, rows);
    for (int i = 0; i < count; i++) {
        int same = same_rows(job->calls, i);
        if (!size[i])
            continue;
        if (same < i) {
            job->rows[i] = job->rows[same];
            continue;
        }
        bytes -= size[i];
        rows -= (size_t)job->calls[i].m;
        job->rows[i] = quantise(job->work, &job->calls[i], bytes, rows);
    }
}

void linear_run(struct linear_work *work, const struct linear_call *calls, int count)
{
    assert(count <= CALLS_MAX);
    struct job job = { .kernels = engine_kernels(work->engine), .work = work, .calls = calls };
    int tiles = 0;
    for (int i = 0; i < count; i++) {
        tiles += linear_panels(calls[i].linear) * block_count(&calls[i]);
        if (!ready(&calls[i]))
            scratch_reserve(&work->scratch, (calls[i].times ? 2 : 1) * linear_panel_size(calls[i].linear));
    }
    quantise_all(&job, count);
    engine_parallel(work->engine, tiles, run_tile, &job);
}
