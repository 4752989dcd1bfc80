#include "model/tensor/linear.h"

#include "model/tensor/int8.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { M = 101, COLS = 70, ROWS = 45 };

static float noise(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (float)(*seed >> 8) / (float)(1 << 23) - 1;
}

/* A weight of a type, the memory that its tensors lie in, and what its values are. */
struct sample {
    struct weight weight;
    struct tensor tensor, scale;
    unsigned char data[4 * ROWS * COLS];
    float scales[ROWS], values[ROWS][COLS], bias[ROWS];
};

static void put_value(struct sample *sample, int at, float value)
{
    uint16_t half = sample->tensor.type == DTYPE_F16 ? f16_from_f32(value) : bf16_from_f32(value);
    int8_t whole = (int8_t)(value * 127);
    if (sample->tensor.type == DTYPE_F32)
        memcpy(sample->data + 4 * at, &value, 4);
    else if (sample->tensor.type == DTYPE_I8)
        memcpy(sample->data + at, &whole, 1);
    else
        memcpy(sample->data + 2 * at, &half, 2);
}

static void sample_init(struct sample *sample, enum dtype type, uint32_t seed)
{
    *sample = (struct sample){ 0 };
    sample->tensor = (struct tensor){
        .name = "w.weight", .type = type, .rank = 2, .shape = { ROWS, COLS, 1, 1 }, .data = sample->data
    };
    sample->scale = (struct tensor){
        .name = "w.scale", .type = DTYPE_F32, .rank = 1, .shape = { ROWS, 1, 1, 1 }, .data = sample->scales
    };
    for (int i = 0; i < ROWS * COLS; i++)
        put_value(sample, i, noise(&seed));
    for (int i = 0; i < ROWS; i++) {
        sample->scales[i] = (1 + noise(&seed)) / 100;
        sample->bias[i] = noise(&seed);
    }
    sample->weight = (struct weight){ .tensor = &sample->tensor, .rows = ROWS, .cols = COLS };
    if (type == DTYPE_I8)
        sample->weight.scale = &sample->scale;
    weight_read(&sample->weight, 0, ROWS, sample->values[0]);
}

static double plain_activation(enum activation activation, double x)
{
    switch (activation) {
    case LINEAR_PLAIN:
        return x;
    case LINEAR_SILU:
        return x / (1 + exp(-x));
    case LINEAR_GELU_TANH:
        return 0.5 * x * (1 + tanh(sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
    case LINEAR_GELU_ERF:
        return 0.5 * x * (1 + erf(x / sqrt(2)));
    case LINEAR_RELU_SQUARED:
        return x > 0 ? x * x : 0;
    case LINEAR_TANH:
        return tanh(x);
    }
    return NAN;
}

static double plain_dot(const struct sample *sample, int row, const float *x)
{
    double sum = sample->bias[row];
    for (int p = 0; p < COLS; p++)
        sum += (double)x[p] * sample->values[row][p];
    return sum;
}

struct setting {
    enum activation activation;
    bool times, gate, accumulate;
};

enum { PADDING = 3 };

static float x[M][COLS + PADDING], out[M][ROWS + PADDING], again[M][ROWS + PADDING], gate[ROWS];

static void fill(void)
{
    uint32_t seed = 77;
    for (int i = 0; i < M; i++)
        for (int j = 0; j < COLS + PADDING; j++)
            x[i][j] = noise(&seed);
    for (int i = 0; i < ROWS; i++)
        gate[i] = noise(&seed);
}

static void run(struct linear_work *work, const struct linear *linear, const struct linear *times,
                struct setting setting, int m, float to[M][ROWS + PADDING])
{
    for (int i = 0; i < M; i++)
        for (int j = 0; j < ROWS + PADDING; j++)
            to[i][j] = (float)(i + j);
    struct linear_call call = { .linear = linear,
                                .times = setting.times ? times : NULL,
                                .x = x[0],
                                .x_stride = COLS + PADDING,
                                .m = m,
                                .out = to[0],
                                .out_stride = ROWS + PADDING,
                                .activation = setting.activation,
                                .gate = setting.gate ? gate : NULL,
                                .accumulate = setting.accumulate };
    linear_run(work, &call, 1);
}

static void assert_right(const struct sample *w, const struct sample *times, struct setting setting, int m,
                         double tolerance)
{
    for (int i = 0; i < M; i++)
        for (int j = 0; j < ROWS + PADDING; j++) {
            double right = i + j;
            if (i < m && j < ROWS) {
                double value = plain_activation(setting.activation, plain_dot(w, j, x[i]));
                value *= setting.times ? plain_dot(times, j, x[i]) : 1;
                right = (setting.accumulate ? right : 0) + value * (setting.gate ? gate[j] : 1);
            }
            if (!(fabs(out[i][j] - right) <= tolerance * (1 + fabs(right))))
                fail_msg("row %d, column %d: %g, but %g is right", i, j, (double)out[i][j], right);
        }
}

/* How far the outputs are from what is right, in relation to it; roots of mean squares. */
static double distance(const struct sample *w, int m)
{
    double squares = 0, error_squares = 0;
    for (int i = 0; i < m; i++)
        for (int j = 0; j < ROWS; j++) {
            double right = plain_dot(w, j, x[i]);
            squares += right * right;
            error_squares += (out[i][j] - right) * (out[i][j] - right);
        }
    return sqrt(error_squares / squares);
}

static const struct setting settings[] = {
    { LINEAR_PLAIN, false, false, false }, { LINEAR_PLAIN, false, true, true },
    { LINEAR_SILU, true, false, false },   { LINEAR_GELU_TANH, false, false, true },
    { LINEAR_GELU_ERF, true, true, true }, { LINEAR_RELU_SQUARED, false, true, false },
};

static void every_type_and_setting_is_right_packed_or_not(void **state)
{
    (void)state;
    static struct sample w, times;
    const enum dtype types[] = { DTYPE_F32, DTYPE_F16, DTYPE_BF16, DTYPE_I8 };
    struct engine *engine = engine_new(2, NULL);
    struct linear_work work;
    linear_work_init(&work, engine);
    fill();
    for (size_t type = 0; type < sizeof types / sizeof *types; type++) {
        struct arena arena = { 0 };
        sample_init(&w, types[type], 1);
        sample_init(&times, types[type], 2);
        struct linear mapped[2] = { { .weight = w.weight, .bias = w.bias },
                                    { .weight = times.weight, .bias = times.bias } };
        struct linear packed[2] = { mapped[0], mapped[1] };
        linear_pack(&packed[0], &arena, &work);
        linear_pack(&packed[1], &arena, &work);
        for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
            for (int m = 1; m <= M; m += 20) {
                run(&work, &mapped[0], &mapped[1], settings[i], m, again);
                run(&work, &packed[0], &packed[1], settings[i], m, out);
                assert_memory_equal(out, again, sizeof out);
                assert_right(&w, &times, settings[i], m, 1e-5);
            }
        arena_free(&arena);
    }
    linear_work_free(&work);
    engine_free(engine);
}

static void int8_products_are_near_those_of_floats(void **state)
{
    (void)state;
    static struct sample w;
    struct engine *engine = engine_new(2, NULL);
    struct linear_work work;
    struct arena arena = { 0 };
    linear_work_init(&work, engine);
    fill();
    sample_init(&w, DTYPE_I8, 1);
    struct linear packed = { .weight = w.weight, .bias = w.bias };
    linear_pack_int8(&packed, &arena, &work);
    for (int m = 1; m <= M; m += 20) {
        run(&work, &packed, NULL, (struct setting){ LINEAR_PLAIN, false, false, false }, m, out);
        assert_true(distance(&w, m) < 0.01);
    }
    arena_free(&arena);
    linear_work_free(&work);
    engine_free(engine);
}

static void a_part_of_a_stacked_tensor_is_a_weight(void **state)
{
    (void)state;
    static struct sample w;
    static float values[COLS];
    sample_init(&w, DTYPE_BF16, 1);
    struct weight part = w.weight;
    part.first = 30;
    part.rows = 15;
    weight_read(&part, 2, 1, values);
    assert_memory_equal(values, w.values[32], sizeof values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_and_setting_is_right_packed_or_not),
        cmocka_unit_test(int8_products_are_near_those_of_floats),
        cmocka_unit_test(a_part_of_a_stacked_tensor_is_a_weight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
