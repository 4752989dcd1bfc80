/* Weights in blocks: levels and scales, and products in whole numbers. */
#include "model/tensor/kernels.h"
#include "model/tensor/linear.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { COLS = 512, ROWS = 45, M = 101, BYTES = ROWS * COLS * 2 };

static uint32_t next(uint32_t *seed)
{
    return *seed = *seed * 1664525u + 1013904223u;
}

static void fill(float *x, size_t count, uint32_t seed)
{
    for (size_t i = 0; i < count; i++)
        x[i] = (float)(next(&seed) >> 8) / (float)(1 << 23) - 1;
}

/* Where the halves of a block lie that scale it, from its beginning; -1: none. */
static const struct form {
    enum dtype type;
    int halves[2];
} forms[] = {
    { DTYPE_Q4_0, { 0, -1 } },   { DTYPE_Q4_1, { 0, 2 } },    { DTYPE_Q5_0, { 0, -1 } },
    { DTYPE_Q5_1, { 0, 2 } },    { DTYPE_Q8_0, { 0, -1 } },   { DTYPE_Q3_K, { 108, -1 } },
    { DTYPE_Q4_K, { 0, 2 } },    { DTYPE_Q5_K, { 0, 2 } },    { DTYPE_Q6_K, { 208, -1 } },
    { DTYPE_IQ4_NL, { 0, -1 } }, { DTYPE_IQ4_XS, { 0, -1 } },
};
enum { FORMS = sizeof forms / sizeof *forms };

/* Random blocks whose scales are small numbers. */
static void make_blocks(const struct form *form, uint8_t *data, int64_t count, uint32_t seed)
{
    size_t block = dtype_bytes(form->type, dtype_block(form->type)), bytes = dtype_bytes(form->type, count);
    for (size_t i = 0; i < bytes; i++)
        data[i] = (uint8_t)(next(&seed) >> 24);
    for (size_t at = 0; at < bytes; at += block)
        for (int i = 0; i < 2; i++) {
            uint16_t half = f16_from_f32((float)(next(&seed) >> 24) / 2560);
            if (form->halves[i] >= 0)
                memcpy(data + at + form->halves[i], &half, sizeof half);
        }
}

static void levels_stand_for_the_values_of_the_type(void **state)
{
    (void)state;
    static uint8_t data[BYTES], levels[COLS];
    static float values[COLS], scales[COLS], leasts[COLS];
    const struct kernels *room[KERNELS_ROOM];
    for (int i = 0; i < FORMS; i++) {
        const struct block_form *form = block_form(forms[i].type);
        make_blocks(&forms[i], data, COLS, (uint32_t)i);
        kernels_scalar.decode(forms[i].type, data, COLS, values);
        for (const struct kernels *const *each = kernels_usable(room); *each; each++) {
            (*each)->levels(forms[i].type, data, COLS, levels, scales, leasts);
            for (int k = 0; k < COLS; k++) {
                float value = scales[k / form->group] * (float)(levels[k] - form->offset);
                value -= form->leasts ? leasts[k / BLOCK] : 0;
                assert_true(fabsf(value - values[k]) <= 1e-6f * fabsf(values[k]));
            }
        }
    }
}

static void types_without_levels_have_no_form(void **state)
{
    (void)state;
    assert_null(block_form(DTYPE_F32));
    assert_null(block_form(DTYPE_BF16));
    assert_null(block_form(DTYPE_I8));
}

struct activations {
    int8_t levels[(M + ROW_GROUP) * COLS];
    float scales[(M + ROW_GROUP) * COLS / BLOCK], weights[(M + ROW_GROUP) * COLS / BLOCK];
    int32_t sums[(M + ROW_GROUP) * COLS / HALF_BLOCK];
};

static struct block_rows rows_in(struct activations *memory)
{
    memset(memory, 0, sizeof *memory);
    return (struct block_rows){ COLS, memory->levels, memory->scales, memory->sums, memory->weights };
}

static void every_block_product_agrees_with_the_reference(void **state)
{
    (void)state;
    static struct activations memory, same;
    static float x[COLS], scales[COLS / HALF_BLOCK * PANEL], expected[M * PANEL], got[M * PANEL];
    static uint8_t levels[COLS * PANEL];
    const struct kernels *room[KERNELS_ROOM];
    struct block_rows rows = rows_in(&memory), fast = rows_in(&same);
    uint32_t seed = 5;
    fill(scales, COLS / HALF_BLOCK * PANEL, 6);
    for (int i = 0; i < COLS * PANEL; i++)
        levels[i] = (uint8_t)(next(&seed) >> 24);
    for (const struct kernels *const *each = kernels_usable(room); *each; each++) {
        for (int i = 0; i < M; i++) {
            fill(x, COLS, (uint32_t)i);
            block_activations(x, &rows, i);
            (*each)->activations_blocks(x, &fast, i);
        }
        assert_memory_equal(&memory, &same, sizeof memory);
        for (int group = HALF_BLOCK; (*each)->panel_blocks && group <= BLOCK; group *= 2) {
            struct block_panel panel = { COLS, group, 128, levels, scales, NULL };
            block_panel_scalar(&rows, 0, M, &panel, expected);
            for (int first = 0; first < M; first += 3 * ROW_GROUP)
                for (int m = 1; m <= M - first; m++) {
                    (*each)->panel_blocks(&rows, first, m, &panel, got);
                    for (int i = 0; i < m * PANEL; i++) {
                        float right = expected[first * PANEL + i];
                        assert_true(fabsf(got[i] - right) <= 1e-5f * (20 + fabsf(right)));
                    }
                }
        }
    }
}

/* A weight of ROWS rows, what its values are, and an engine. */
struct sample {
    struct tensor tensor;
    struct linear linear;
    uint8_t data[BYTES];
    float values[ROWS][COLS], bias[ROWS];
};

static void sample_init(struct sample *sample, const struct form *form, uint32_t seed)
{
    make_blocks(form, sample->data, ROWS * COLS, seed);
    fill(sample->bias, ROWS, seed);
    sample->tensor = (struct tensor){
        .name = "w.weight", .type = form->type, .rank = 2, .shape = { ROWS, COLS, 1, 1 }, .data = sample->data
    };
    sample->linear = (struct linear){ .weight = { .tensor = &sample->tensor, .rows = ROWS, .cols = COLS },
                                      .bias = sample->bias };
    weight_read(&sample->linear.weight, 0, ROWS, sample->values[0]);
}

static float x[M][COLS], out[M][ROWS], again[M][ROWS];

static void run(struct linear_work *work, const struct sample *sample, int first, int m, float to[][ROWS])
{
    struct linear_call call = { .linear = &sample->linear,
                                .x = x[first],
                                .x_stride = COLS,
                                .m = m,
                                .out = to[first],
                                .out_stride = ROWS };
    linear_run(work, &call, 1);
}

/* Roots of mean squares, the error's in relation to the products'. */
static double distance(const struct sample *sample)
{
    double squares = 0, error_squares = 0;
    for (int i = 0; i < M; i++)
        for (int j = 0; j < ROWS; j++) {
            double right = sample->bias[j];
            for (int p = 0; p < COLS; p++)
                right += (double)x[i][p] * sample->values[j][p];
            squares += right * right;
            error_squares += (out[i][j] - right) * (out[i][j] - right);
        }
    return sqrt(error_squares / squares);
}

static void products_in_blocks_are_near_those_of_floats(void **state)
{
    (void)state;
    static struct sample sample;
    struct engine *engine = engine_new(2, NULL);
    struct linear_work work;
    linear_work_init(&work, engine);
    fill(x[0], M * COLS, 3);
    for (int i = 0; i < FORMS; i++) {
        sample_init(&sample, &forms[i], (uint32_t)i);
        if (!linear_use_blocks(&sample.linear, &work))
            continue;
        run(&work, &sample, 0, M, out);
        double off = distance(&sample);
        if (!(off < 0.01))
            fail_msg("%s: off by %g", dtype_name(forms[i].type), off);
        for (int row = 0; row < M; row++)
            run(&work, &sample, row, 1, again);
        assert_memory_equal(out, again, sizeof out);
    }
    linear_work_free(&work);
    engine_free(engine);
}

/* A value that is not finite shows in the products of its row, and in no other. */
static void what_is_not_finite_stays_so(void **state)
{
    (void)state;
    static struct activations memory;
    static struct sample sample;
    struct engine *engine = engine_new(1, NULL);
    struct linear_work work;
    linear_work_init(&work, engine);
    struct block_rows rows = rows_in(&memory);
    fill(x[0], M * COLS, 3);
    x[3][7] = NAN;
    x[5][COLS - 1] = -INFINITY;
    block_activations(x[3], &rows, 0);
    assert_true(isnan(memory.scales[0]) && isfinite(memory.scales[ROW_GROUP]));
    sample_init(&sample, &forms[0], 1);
    if (linear_use_blocks(&sample.linear, &work)) {
        run(&work, &sample, 0, M, out);
        for (int i = 0; i < M; i++)
            for (int j = 0; j < ROWS; j++)
                assert_int_equal(!isfinite(out[i][j]), i == 3 || i == 5);
    }
    linear_work_free(&work);
    engine_free(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_stand_for_the_values_of_the_type),
        cmocka_unit_test(types_without_levels_have_no_form),
        cmocka_unit_test(every_block_product_agrees_with_the_reference),
        cmocka_unit_test(products_in_blocks_are_near_those_of_floats),
        cmocka_unit_test(what_is_not_finite_stays_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
