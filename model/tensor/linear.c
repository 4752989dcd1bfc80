#include "model/tensor/linear.h"

#include "model/tensor/floats.h"
#include "model/tensor/kernels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_ROWS = 96 }; /* rows of x that a tile takes when panels are ready */

static int panel_count(const struct linear *linear)
{
    return (linear->weight.rows + PANEL - 1) / PANEL;
}

static size_t panel_size(const struct linear *linear)
{
    return (size_t)linear->weight.cols * PANEL;
}

/* Panel number `index` of the weight into `panel`; `rows` is room for PANEL rows. Outputs past the last are
 * 0. */
static void panel_make(const struct linear *linear, int index, float *rows, float *panel)
{
    int first = index * PANEL, cols = linear->weight.cols;
    int count = linear->weight.rows - first < PANEL ? linear->weight.rows - first : PANEL;
    weight_read(&linear->weight, first, count, rows);
    for (int p = 0; p < cols; p++) {
        for (int j = 0; j < count; j++)
            panel[(size_t)p * PANEL + (size_t)j] = rows[(size_t)j * (size_t)cols + (size_t)p];
        for (int j = count; j < PANEL; j++)
            panel[(size_t)p * PANEL + (size_t)j] = 0;
    }
}

static void pack_tile(void *user, int tile)
{
    struct linear *linear = user;
    float *rows = floats_new(panel_size(linear));
    panel_make(linear, tile, rows, linear->panels + (size_t)tile * panel_size(linear));
    free(rows);
}

void linear_pack(struct linear *linear, struct engine *engine)
{
    linear->panels = floats_new((size_t)panel_count(linear) * panel_size(linear));
    engine_parallel(engine, panel_count(linear), pack_tile, linear);
}

void linear_free(struct linear *linear)
{
    free(linear->panels);
    free(linear->bias);
    *linear = (struct linear){ 0 };
}

struct job {
    const struct kernels *kernels;
    struct scratch *scratch;
    const struct linear_call *calls;
    int count;
};

static bool ready(const struct linear_call *call)
{
    return call->linear->panels && (!call->times || call->times->panels);
}

static int block_count(const struct linear_call *call)
{
    return ready(call) ? (call->m + BLOCK_ROWS - 1) / BLOCK_ROWS : 1;
}

/* `count` rows of one panel's outputs, bias added, into out (stride PANEL). */
static void multiply(const struct job *job, const struct linear *linear, int index, const float *panel,
                     const float *x, size_t x_stride, int count, float *out)
{
    job->kernels->panel(x, x_stride, panel, PANEL, out, PANEL, count, linear->weight.cols, PANEL, false);
    int first = index * PANEL,
        columns = linear->weight.rows - first < PANEL ? linear->weight.rows - first : PANEL;
    for (int i = 0; linear->bias && i < count; i++)
        job->kernels->add(out + (size_t)i * PANEL, linear->bias + first, columns);
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

/* Rows [row, row + count) of one panel of a call, through a block that stays in the first cache. */
static void compute(const struct job *job, const struct linear_call *call, int index, const float *panel,
                    const float *times_panel, int row, int count)
{
    float block[BLOCK_ROWS][PANEL], times[BLOCK_ROWS][PANEL];
    int first = index * PANEL, rows = call->linear->weight.rows,
        columns = rows - first < PANEL ? rows - first : PANEL;
    const float *x = call->x + (size_t)row * call->x_stride;
    multiply(job, call->linear, index, panel, x, call->x_stride, count, block[0]);
    if (call->times) {
        multiply(job, call->times, index, times_panel, x, call->x_stride, count, times[0]);
        if (call->activation == LINEAR_SILU) {
            job->kernels->silu_multiply(block[0], times[0], count * PANEL);
        } else {
            activate(job->kernels, call->activation, block[0], count * PANEL);
            for (int i = 0; i < count * PANEL; i++)
                block[0][i] *= times[0][i];
        }
    } else {
        activate(job->kernels, call->activation, block[0], count * PANEL);
    }
    for (int i = 0; i < count; i++)
        write_out(job, call, first, columns, block[i],
                  call->out + (size_t)(row + i) * call->out_stride + first);
}

static void call_tile(const struct job *job, const struct linear_call *call, int tile)
{
    if (ready(call)) {
        int index = tile / block_count(call), row = tile % block_count(call) * BLOCK_ROWS;
        size_t at = (size_t)index * panel_size(call->linear);
        compute(job, call, index, call->linear->panels + at, call->times ? call->times->panels + at : NULL,
                row, call->m - row < BLOCK_ROWS ? call->m - row : BLOCK_ROWS);
        return;
    }
    float *scratch = scratch_take(job->scratch), *rows = scratch, *panel = rows + panel_size(call->linear);
    float *times = panel + panel_size(call->linear);
    panel_make(call->linear, tile, rows, panel);
    if (call->times)
        panel_make(call->times, tile, rows, times);
    for (int row = 0; row < call->m; row += BLOCK_ROWS)
        compute(job, call, tile, panel, times, row, call->m - row < BLOCK_ROWS ? call->m - row : BLOCK_ROWS);
    scratch_give(job->scratch, scratch);
}

static void run_tile(void *user, int tile)
{
    const struct job *job = user;
    const struct linear_call *call = job->calls;
    for (;; call++) {
        int tiles = panel_count(call->linear) * block_count(call);
        if (tile < tiles)
            break;
        tile -= tiles;
    }
    call_tile(job, call, tile);
}

void linear_run(struct engine *engine, struct scratch *scratch, const struct linear_call *calls, int count)
{
    struct job job = { engine_kernels(engine), scratch, calls, count };
    int tiles = 0;
    for (int i = 0; i < count; i++) {
        tiles += panel_count(calls[i].linear) * block_count(&calls[i]);
        size_t need = (calls[i].times ? 3 : 2) * panel_size(calls[i].linear);
        if (!ready(&calls[i]))
            scratch_reserve(scratch, need);
    }
    engine_parallel(engine, tiles, run_tile, &job);
}
