#include "model/tensor/engine.h"

#include "model/tensor/gemm.h"
#include "model/tensor/kernels.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* Numbers in [-1, 1) that look random. */
static void fill(float *x, size_t count, uint32_t seed)
{
    for (size_t i = 0; i < count; i++) {
        seed = seed * 1664525u + 1013904223u;
        x[i] = (float)(seed >> 8) / (float)(1 << 23) - 1;
    }
}

static float difference(const float *a, const float *b, size_t count)
{
    float most = 0;
    for (size_t i = 0; i < count; i++)
        most = fmaxf(most, fabsf(a[i] - b[i]));
    return most;
}

static void every_panel_agrees_with_the_reference(void **state)
{
    (void)state;
    enum { K = 67, M = 29, STRIDE = 80 };
    static float x[M * STRIDE], panel[K * PANEL], expected[M * STRIDE], got[M * STRIDE];
    const struct kernels *room[KERNELS_ROOM];
    fill(x, M * STRIDE, 1);
    fill(panel, K * PANEL, 2);
    for (const struct kernels *const *each = kernels_usable(room); *each; each++)
        for (int m = 1; m <= M; m++)
            for (int columns = m % 7 + 1; columns <= PANEL; columns += 13)
                for (int accumulate = 0; accumulate < 2; accumulate++) {
                    fill(expected, M * STRIDE, 3);
                    memcpy(got, expected, sizeof got);
                    kernels_scalar.panel(x, STRIDE, panel, PANEL, expected, STRIDE, m, K, columns,
                                         accumulate);
                    (*each)->panel(x, STRIDE, panel, PANEL, got, STRIDE, m, K, columns, accumulate);
                    assert_true(difference(expected, got, M * STRIDE) < 1e-5f);
                }
}

/* Blocks of random bytes, so every scale there is, infinite ones too. */
static void every_type_of_weight_is_read_with_the_same_bits(void **state)
{
    (void)state;
    enum { COUNT = 512, BYTES = COUNT * 8 };
    static uint8_t data[BYTES + 1];
    static float expected[COUNT], got[COUNT];
    const struct kernels *room[KERNELS_ROOM];
    for (int type = 0; type < DTYPE_COUNT; type++)
        for (uint32_t seed = 1; seed < 50; seed++) {
            for (int i = 0; i < BYTES + 1; i++)
                data[i] = (uint8_t)((seed = seed * 1664525u + 1013904223u) >> 24);
            kernels_scalar.decode((enum dtype)type, data + 1, COUNT, expected);
            for (const struct kernels *const *each = kernels_usable(room); *each; each++) {
                (*each)->decode((enum dtype)type, data + 1, COUNT, got);
                for (int i = 0; i < COUNT; i++)
                    assert_true(!memcmp(&got[i], &expected[i], sizeof *got) ||
                                (isnan(got[i]) && isnan(expected[i])));
            }
        }
}

static void rows_turn_into_panels(void **state)
{
    (void)state;
    enum { STRIDE = 70 };
    static float rows[PANEL * STRIDE], panel[STRIDE * PANEL];
    const struct kernels *room[KERNELS_ROOM];
    fill(rows, PANEL * STRIDE, 4);
    for (const struct kernels *const *each = kernels_usable(room); *each; each++)
        for (int n = 1; n <= STRIDE; n += 3) {
            memset(panel, 0, sizeof panel);
            (*each)->transpose(rows, STRIDE, panel, n);
            for (int p = 0; p < STRIDE; p++)
                for (int j = 0; j < PANEL; j++)
                    assert_true(panel[p * PANEL + j] == (p < n ? rows[j * STRIDE + p] : 0));
        }
}

static void a_row_does_not_depend_on_the_rows_beside_it(void **state)
{
    (void)state;
    enum { K = 320, M = 37 };
    static float x[M * K], panel[K * PANEL], together[M * PANEL], alone[PANEL];
    const struct kernels *kernels = kernels_choose();
    fill(x, M * K, 1);
    fill(panel, K * PANEL, 2);
    kernels->panel(x, K, panel, PANEL, together, PANEL, M, K, PANEL, false);
    for (int i = 0; i < M; i++) {
        kernels->panel(x + i * K, K, panel, PANEL, alone, PANEL, 1, K, PANEL, false);
        assert_memory_equal(alone, together + i * PANEL, sizeof alone);
    }
}

static void every_int8_product_gives_the_reference_s_bits(void **state)
{
    (void)state;
    enum { K = 52, M = 29, STEPS = K / INT8_STEP };
    static float x[K], expected[M * PANEL], got[M * PANEL], scales[PANEL], x_scales[M];
    static uint8_t rows[M * K], same[M * K];
    static int8_t weights[PANEL * K];
    static int32_t sums[PANEL];
    const struct kernels *room[KERNELS_ROOM];
    fill(scales, PANEL, 4);
    for (int i = 0; i < PANEL * K; i++)
        weights[i] = (int8_t)(i * 37 % 255 - 127);
    for (int i = 0; i < PANEL; i++)
        sums[i] = 1000 * i;
    for (const struct kernels *const *each = kernels_usable(room); *each; each++)
        for (int m = 1; m <= M; m++) {
            for (int i = 0; i < m; i++) {
                fill(x, K, (uint32_t)i);
                x_scales[i] = int8_activations(x, K, rows + i * INT8_STEP, M);
                assert_true((*each)->activations_int8(x, K, same + i * INT8_STEP, M) == x_scales[i]);
            }
            assert_memory_equal(rows, same, sizeof same);
            struct int8_rows left = { rows, M, x_scales, 0, m };
            struct int8_panel right = { weights, sums, scales, STEPS };
            int8_panel_scalar(&left, &right, expected);
            (*each)->panel_int8(&left, &right, got);
            assert_memory_equal(expected, got, (size_t)m * PANEL * sizeof *got);
        }
}

static void int8_weights_are_off_by_half_a_step_at_most(void **state)
{
    (void)state;
    float x[100];
    int8_t q[100];
    fill(x, 100, 9);
    float scale = int8_weights(x, 100, q);
    for (int i = 0; i < 100; i++)
        assert_true(fabsf(x[i] - scale * q[i]) <= 0.5001f * scale);
    float zeros[3] = { 0 };
    assert_true(int8_weights(zeros, 3, q) == 0 && q[0] == 0);
}

typedef void row_kernel(const struct kernels *kernels, float *x, int n);

static void run_softmax(const struct kernels *kernels, float *x, int n)
{
    for (int i = 0; i < n; i++)
        x[i] = i % 5 == 4 ? -INFINITY : x[i] * 20;
    kernels->softmax(x, n);
}

static void run_silu(const struct kernels *kernels, float *x, int n)
{
    for (int i = 0; i < n; i++)
        x[i] *= 50;
    kernels->silu(x, n);
}

static void run_silu_multiply(const struct kernels *kernels, float *x, int n)
{
    kernels->silu_multiply(x, x + n, n);
}

static void run_gelu(const struct kernels *kernels, float *x, int n)
{
    for (int i = 0; i < n; i++)
        x[i] *= 8;
    kernels->gelu_tanh(x, n);
}

static void run_rms_norm(const struct kernels *kernels, float *x, int n)
{
    float out[256];
    kernels->rms_norm(x, x + n, out, n, 1e-5f);
    memcpy(x, out, (size_t)n * sizeof *x);
    kernels->rms_norm(x, NULL, out, n, 1e-5f);
    memcpy(x, out, (size_t)n * sizeof *x);
}

static void run_layer_norm(const struct kernels *kernels, float *x, int n)
{
    float out[256];
    kernels->layer_norm(x, x + n, x + n + 1, out, n, 1e-5f);
    memcpy(x, out, (size_t)n * sizeof *x);
}

static void run_rotate(const struct kernels *kernels, float *x, int n)
{
    kernels->rotate(x, x + 2 * n, x + 3 * n, n);
}

static void run_reductions(const struct kernels *kernels, float *x, int n)
{
    for (int i = 0; i < n; i++)
        x[i] = i % 7 == 6 ? -INFINITY : x[i] * 20;
    float all = kernels->log_sum_exp(x, n), max = kernels->largest(x, n);
    for (int i = 0; i < n; i++)
        x[i] -= all;
    x[n] = kernels->entropy(x, n);
    x[n + 1] = all / 20;
    x[n + 2] = max / 20;
}

static void run_add(const struct kernels *kernels, float *x, int n)
{
    kernels->add(x, x + n, n);
}

static void every_row_kernel_agrees_with_the_reference(void **state)
{
    (void)state;
    row_kernel *const kernels[] = { run_softmax, run_silu,     run_silu_multiply,
                                    run_gelu,    run_rms_norm, run_layer_norm,
                                    run_rotate,  run_add,      run_reductions };
    const struct kernels *room[KERNELS_ROOM];
    for (const struct kernels *const *each = kernels_usable(room); *each; each++)
        for (size_t kernel = 0; kernel < sizeof kernels / sizeof *kernels; kernel++)
            for (int n = 1; n <= 200; n += n < 40 ? 1 : 53) {
                float expected[1024], got[1024];
                fill(expected, 1024, (uint32_t)n);
                memcpy(got, expected, sizeof got);
                kernels[kernel](&kernels_scalar, expected, n);
                kernels[kernel](*each, got, n);
                assert_true(difference(expected, got, 1024) < 2e-5f);
            }
}

static void multiply(int threads, const struct gemm *shape, float *c)
{
    struct gemm gemm = *shape;
    struct engine *engine = engine_new(threads, NULL);
    assert_non_null(engine);
    gemm.c = c;
    engine_gemm(engine, &gemm);
    engine_free(engine);
}

static void products_are_right_and_the_same_with_any_number_of_threads(void **state)
{
    (void)state;
    enum { M = 300, N = 530, K = 41 };
    static float a[M * K], b[N * K], one[M * N], two[M * N], own[M * N];
    fill(a, M * K, 1);
    fill(b, N * K, 2);
    for (int kind = 0; kind < 4; kind++) {
        bool ta = kind & 1, tb = kind & 2;
        struct gemm gemm = { ta, tb, M, N, K, 0.5f, a, ta ? M : K, b, tb ? K : N, 0.25f, own, N };
        fill(one, M * N, 3);
        memcpy(two, one, sizeof two);
        memcpy(own, one, sizeof own);
        multiply(1, &gemm, one);
        multiply(3, &gemm, two);
        assert_memory_equal(one, two, sizeof one);
        gemm_own(kernels_choose(), &gemm);
        assert_true(difference(one, own, M * N) < 1e-4f);
        fill(own, M * N, 3);
        for (int at = 0; at < M * N; at += 7919) {
            double sum = 0.25 * own[at];
            int i = at / N, j = at % N;
            for (int p = 0; p < K; p++)
                sum += 0.5 * a[ta ? p * M + i : i * K + p] * b[tb ? j * K + p : p * N + j];
            assert_true(fabs(sum - one[at]) < 1e-4);
        }
    }
}

static void count_tile(void *user, int tile)
{
    int *seen = user;
    seen[tile]++;
}

static void every_tile_runs_once(void **state)
{
    (void)state;
    struct engine *engine = engine_new(4, NULL);
    assert_int_equal(engine_threads(engine), 4);
    int seen[1000] = { 0 };
    for (int round = 0; round < 200; round++)
        engine_parallel(engine, round * 5, count_tile, seen);
    for (int tile = 0; tile < 1000; tile++)
        assert_int_equal(seen[tile], 199 - tile / 5);
    engine_free(engine);
}

static void the_engine_says_what_it_computes_with(void **state)
{
    (void)state;
    struct engine *engine = engine_new(2, NULL);
    assert_non_null(strstr(engine_describe(engine), engine_kernels(engine)->name));
    assert_non_null(strstr(engine_describe(engine), "2 threads"));
    engine_free(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_panel_agrees_with_the_reference),
        cmocka_unit_test(every_type_of_weight_is_read_with_the_same_bits),
        cmocka_unit_test(rows_turn_into_panels),
        cmocka_unit_test(a_row_does_not_depend_on_the_rows_beside_it),
        cmocka_unit_test(every_int8_product_gives_the_reference_s_bits),
        cmocka_unit_test(int8_weights_are_off_by_half_a_step_at_most),
        cmocka_unit_test(every_row_kernel_agrees_with_the_reference),
        cmocka_unit_test(products_are_right_and_the_same_with_any_number_of_threads),
        cmocka_unit_test(every_tile_runs_once),
        cmocka_unit_test(the_engine_says_what_it_computes_with),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
