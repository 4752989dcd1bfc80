#include "model/tensor/linear.h"

#include "model/tensor/floats.h"
#include "model/tensor/panels.h"

#include <stdlib.h>

int linear_panels(const struct linear *linear)
{
    return (linear->weight.rows + PANEL - 1) / PANEL;
}

size_t linear_panel_size(const struct linear *linear)
{
    return (size_t)linear->weight.cols * PANEL;
}

void linear_make_panel(const struct linear *linear, int index, float *rows, float *panel)
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
    float *rows = floats_new(linear_panel_size(linear));
    linear_make_panel(linear, tile, rows, linear->panels + (size_t)tile * linear_panel_size(linear));
    free(rows);
}

void linear_pack(struct linear *linear, struct engine *engine)
{
    linear->panels = floats_new((size_t)linear_panels(linear) * linear_panel_size(linear));
    engine_parallel(engine, linear_panels(linear), pack_tile, linear);
}

/* One panel of int8: [steps][PANEL][INT8_STEP], zero past the last row and column. */
static void pack_int8_tile(void *user, int tile)
{
    struct linear *linear = user;
    const struct weight *weight = &linear->weight;
    int first = tile * PANEL, cols = weight->cols, steps = linear->int8.steps;
    const int8_t *values = weight->tensor->data;
    int8_t *panel = linear->int8.panels + (size_t)tile * (size_t)steps * PANEL * INT8_STEP;
    for (int j = 0; j < PANEL && first + j < weight->rows; j++) {
        const int8_t *row = values + ((size_t)weight->first + (size_t)(first + j)) * (size_t)cols;
        int32_t sum = 0;
        for (int p = 0; p < cols; p++) {
            panel[((size_t)(p / INT8_STEP) * PANEL + (size_t)j) * INT8_STEP + (size_t)(p % INT8_STEP)] =
                row[p];
            sum += row[p];
        }
        linear->int8.sums[first + j] = 128 * sum;
        tensor_to_f32(weight->scale, weight->first + first + j, 1, &linear->int8.scales[first + j]);
    }
}

void linear_pack_int8(struct linear *linear, struct engine *engine)
{
    size_t rows = (size_t)linear_panels(linear) * PANEL;
    linear->int8.steps = (linear->weight.cols + INT8_STEP - 1) / INT8_STEP;
    linear->int8.panels = aligned_new(rows * (size_t)linear->int8.steps * INT8_STEP);
    linear->int8.sums = aligned_new(rows * sizeof *linear->int8.sums);
    linear->int8.scales = floats_new(rows);
    engine_parallel(engine, linear_panels(linear), pack_int8_tile, linear);
}

void linear_free(struct linear *linear)
{
    free(linear->panels);
    free(linear->int8.panels);
    free(linear->int8.sums);
    free(linear->int8.scales);
    free(linear->bias);
    *linear = (struct linear){ 0 };
}

void linear_work_init(struct linear_work *work, struct engine *engine)
{
    *work = (struct linear_work){ .engine = engine };
    scratch_init(&work->scratch, engine_threads(engine));
}

void linear_work_free(struct linear_work *work)
{
    scratch_free(&work->scratch);
    free(work->quantised);
    free(work->scales);
    *work = (struct linear_work){ 0 };
}

void linear_work_reserve(struct linear_work *work, size_t bytes, size_t rows)
{
    if (bytes > work->quantised_room) {
        free(work->quantised);
        work->quantised = aligned_new(bytes);
        work->quantised_room = bytes;
    }
    if (rows > work->scales_room) {
        free(work->scales);
        work->scales = floats_new(rows);
        work->scales_room = rows;
    }
}
