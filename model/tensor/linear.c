#include "model/tensor/linear.h"

#include "model/tensor/floats.h"
#include "model/tensor/panels.h"

#include <stdlib.h>
#include <string.h>

int linear_panels(const struct linear *linear)
{
    return (linear->weight.rows + PANEL - 1) / PANEL;
}

size_t linear_panel_size(const struct linear *linear)
{
    return (size_t)linear->weight.cols * PANEL;
}

/* Columns that are read at a time: whole blocks, and rows of them with what keeps their beginnings apart in
 * the cache fit into its first level. */
enum { CHUNK = 256, CHUNK_STRIDE = CHUNK + 16 };

/* Columns [at, at + n) of row `index` of a weight. */
static void read_part(const struct weight *weight, const struct kernels *kernels, int index, int at, int n,
                      float *out)
{
    const struct tensor *tensor = weight->tensor;
    int64_t row = (int64_t)weight->first + index;
    kernels->decode(tensor->type,
                    (const char *)tensor->data + dtype_bytes(tensor->type, row * weight->cols + at), n, out);
    if (!weight->scale)
        return;
    float scale;
    tensor_to_f32(weight->scale, row, 1, &scale);
    for (int p = 0; p < n; p++)
        out[p] *= scale;
}

/* The rows of a panel lie one after the other and are read piece by piece of each: ask for them in order. */
static void fetch_rows(const struct weight *weight, int first, int count)
{
    enum { LINE = 64 };
    enum dtype type = weight->tensor->type;
    const char *data = weight->tensor->data;
    const char *at = data + dtype_bytes(type, ((int64_t)weight->first + first) * weight->cols);
    for (const char *end = at + dtype_bytes(type, (int64_t)count * weight->cols); at < end; at += LINE)
        __builtin_prefetch(at);
}

enum { BLOCK_MOST = 256 }; /* values in a block of any type */

/* What lies as [cols, rows] is laid out as panels are, in whole blocks that may reach beyond the panel;
 * scales are those of its rows, which are columns here.
 */
static void make_panel_transposed(const struct weight *weight, const struct kernels *kernels, int index,
                                  float *panel)
{
    const struct tensor *tensor = weight->tensor;
    int first = index * PANEL, rest = weight->rows - first, n = rest < PANEL ? rest : PANEL;
    int block = dtype_block(tensor->type);
    for (int64_t column = 0; column < weight->cols; column++, panel += PANEL) {
        int64_t at = column * tensor->shape[1] + weight->first + first, start = at / block * block;
        int64_t end = (at + n + block - 1) / block * block;
        float scale = 1, values[PANEL + 2 * BLOCK_MOST];
        kernels->decode(tensor->type, (const char *)tensor->data + dtype_bytes(tensor->type, start),
                        end - start, values);
        memcpy(panel, values + (at - start), (size_t)n * sizeof *panel);
        if (weight->scale)
            tensor_to_f32(weight->scale, column, 1, &scale);
        for (int j = 0; j < PANEL; j++)
            panel[j] = j < n ? panel[j] * scale : 0;
    }
}

void linear_make_panel(const struct linear *linear, const struct kernels *kernels, int index, float *panel)
{
    if (linear->weight.transposed) {
        make_panel_transposed(&linear->weight, kernels, index, panel);
        return;
    }
    float rows[PANEL][CHUNK_STRIDE];
    int first = index * PANEL, cols = linear->weight.cols, rest = linear->weight.rows - first;
    fetch_rows(&linear->weight, first, rest < PANEL ? rest : PANEL);
    for (int at = 0; at < cols; at += CHUNK) {
        int n = cols - at < CHUNK ? cols - at : CHUNK;
        for (int j = 0; j < PANEL; j++) {
            if (first + j < linear->weight.rows)
                read_part(&linear->weight, kernels, first + j, at, n, rows[j]);
            else
                memset(rows[j], 0, (size_t)n * sizeof **rows);
        }
        kernels->transpose(rows[0], CHUNK_STRIDE, panel + (size_t)at * PANEL, n);
    }
}

/* ---- in blocks */

bool linear_use_blocks(struct linear *linear, const struct linear_work *work)
{
    const struct weight *weight = &linear->weight;
    if (weight->transposed || weight->scale || weight->cols % BLOCK != 0 ||
        !engine_kernels(work->engine)->panel_blocks)
        return false;
    linear->form = block_form(weight->tensor->type);
    return linear->form;
}

/* Levels, scales and leasts one after the other. */
static struct block_panel lay_block_panel(const struct linear *linear, float *panel)
{
    const struct block_form *form = linear->form;
    size_t cols = (size_t)linear->weight.cols, levels = cols * PANEL / sizeof(float),
           scales = cols / (size_t)form->group * PANEL;
    return (struct block_panel){ .cols = linear->weight.cols,
                                 .group = form->group,
                                 .offset = form->offset,
                                 .levels = (uint8_t *)panel,
                                 .scales = panel + levels,
                                 .leasts = form->leasts ? panel + levels + scales : NULL };
}

size_t linear_block_panel_size(const struct linear *linear)
{
    const struct block_form *form = linear->form;
    size_t cols = (size_t)linear->weight.cols;
    return cols * PANEL / sizeof(float) + cols / (size_t)form->group * PANEL +
           (form->leasts ? cols / BLOCK * PANEL : 0);
}

/* Columns [at, at + n) of the rows of a panel, as rows. */
struct block_piece {
    float levels[PANEL][CHUNK_STRIDE / sizeof(float)]; /* bytes */
    float scales[PANEL][CHUNK / HALF_BLOCK], leasts[PANEL][CHUNK / BLOCK];
};

static void read_block_piece(const struct weight *weight, const struct kernels *kernels, int first, int at,
                             int n, struct block_piece *piece)
{
    enum dtype type = weight->tensor->type;
    for (int j = 0; j < PANEL; j++) {
        if (first + j >= weight->rows) {
            memset(piece->levels[j], 0, sizeof piece->levels[j]);
            memset(piece->scales[j], 0, sizeof piece->scales[j]);
            memset(piece->leasts[j], 0, sizeof piece->leasts[j]);
            continue;
        }
        int64_t row = (int64_t)weight->first + first + j;
        const char *data = weight->tensor->data;
        kernels->levels(type, data + dtype_bytes(type, row * weight->cols + at), n,
                        (uint8_t *)piece->levels[j], piece->scales[j], piece->leasts[j]);
    }
}

struct block_panel linear_make_block_panel(const struct linear *linear, const struct kernels *kernels,
                                           int index, float *panel)
{
    struct block_panel out = lay_block_panel(linear, panel);
    struct block_piece piece;
    int first = index * PANEL, rest = linear->weight.rows - first;
    fetch_rows(&linear->weight, first, rest < PANEL ? rest : PANEL);
    for (int at = 0; at < out.cols; at += CHUNK) {
        int n = out.cols - at < CHUNK ? out.cols - at : CHUNK;
        read_block_piece(&linear->weight, kernels, first, at, n, &piece);
        kernels->transpose(piece.levels[0], sizeof piece.levels[0] / sizeof(float),
                           panel + (size_t)at * PANEL / QUAD, n / QUAD);
        kernels->transpose(piece.scales[0], CHUNK / HALF_BLOCK, out.scales + (size_t)(at / out.group) * PANEL,
                           n / out.group);
        float *leasts = out.leasts ? out.leasts + (size_t)(at / BLOCK) * PANEL : NULL;
        if (leasts)
            kernels->transpose(piece.leasts[0], CHUNK / BLOCK, leasts, n / BLOCK);
        for (int i = 0; leasts && i < n / BLOCK * PANEL; i++)
            leasts[i] = -leasts[i];
    }
    return out;
}

/* ---- packed */

struct pack_job {
    struct linear *linear;
    struct linear_work *work;
};

static void pack_tile(void *user, int tile)
{
    const struct pack_job *job = user;
    linear_make_panel(job->linear, engine_kernels(job->work->engine), tile,
                      job->linear->panels + (size_t)tile * linear_panel_size(job->linear));
}

void linear_pack(struct linear *linear, struct arena *arena, struct linear_work *work)
{
    size_t panels = (size_t)linear_panels(linear);
    linear->panels = arena_take(arena, panels * linear_panel_size(linear) * sizeof(float));
    struct pack_job job = { linear, work };
    engine_parallel(work->engine, (int)panels, pack_tile, &job);
}

/* One row of a panel of int8: four by four, PANEL rows apart. */
static void pack_int8_row(const int8_t *row, int cols, int8_t *out)
{
    int p = 0;
    for (; p + INT8_STEP <= cols; p += INT8_STEP)
        memcpy(out + (size_t)p * PANEL, row + p, INT8_STEP);
    memcpy(out + (size_t)p * PANEL, row + p, (size_t)(cols - p));
}

static int32_t sum_int8(const int8_t *row, int cols)
{
    int32_t sum = 0;
    for (int p = 0; p < cols; p++)
        sum += row[p];
    return sum;
}

/* [steps][PANEL][INT8_STEP], zero past the last row and column. */
static void pack_int8_tile(void *user, int tile)
{
    struct linear *linear = user;
    const struct weight *weight = &linear->weight;
    int first = tile * PANEL, cols = weight->cols;
    size_t size = (size_t)linear->int8.steps * PANEL * INT8_STEP;
    int8_t *panel = linear->int8.panels + (size_t)tile * size;
    if (weight->rows - first < PANEL || cols % INT8_STEP)
        memset(panel, 0, size);
    for (int j = 0; j < PANEL; j++) {
        linear->int8.sums[first + j] = 0;
        linear->int8.scales[first + j] = 0;
        if (first + j >= weight->rows)
            continue;
        const int8_t *values = weight->tensor->data,
                     *row = values + ((size_t)weight->first + (size_t)(first + j)) * (size_t)cols;
        pack_int8_row(row, cols, panel + j * INT8_STEP);
        linear->int8.sums[first + j] = 128 * sum_int8(row, cols);
        tensor_to_f32(weight->scale, weight->first + first + j, 1, &linear->int8.scales[first + j]);
    }
}

void linear_pack_int8(struct linear *linear, struct arena *arena, struct linear_work *work)
{
    size_t rows = (size_t)linear_panels(linear) * PANEL;
    linear->int8.steps = (linear->weight.cols + INT8_STEP - 1) / INT8_STEP;
    linear->int8.panels = arena_take(arena, rows * (size_t)linear->int8.steps * INT8_STEP);
    linear->int8.sums = arena_take(arena, rows * sizeof *linear->int8.sums);
    linear->int8.scales = arena_take(arena, rows * sizeof *linear->int8.scales);
    engine_parallel(work->engine, linear_panels(linear), pack_int8_tile, linear);
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
    *work = (struct linear_work){ 0 };
}
