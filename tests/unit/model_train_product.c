/* The matrix products of training against sums in double, on shapes that fit no block. */
#include "model/tensor/engine.h"
#include "model/train/draw.h"
#include "model/train/product.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { STRIDE = 1200, FLOATS = 1300 * STRIDE };
enum form { NT, NN, TN };

static float *random_floats(uint64_t seed)
{
    struct random random = draw_stream(seed, DRAW_WEIGHTS, 0);
    float *out = malloc(sizeof *out * FLOATS);
    for (size_t i = 0; i < FLOATS; i++)
        out[i] = random_uniform(&random) - 0.5f;
    return out;
}

static double sum_of(enum form form, const float *a, const float *b, int i, int j, int k)
{
    double sum = 0.0;
    for (int l = 0; l < k; l++)
        sum += (double)(form == TN ? a[l * STRIDE + i] : a[i * STRIDE + l]) *
               (double)(form == NT ? b[j * STRIDE + l] : b[l * STRIDE + j]);
    return sum;
}

/* Looks at scattered places of out = a·b + beta·out, and that what lies beside the result stays. */
static void check(const struct products *products, enum form form, int m, int n, int k, float beta,
                  double most)
{
    float *a = random_floats(1), *b = random_floats(2), *out = random_floats(3), *before = random_floats(3);
    struct matrix left = { a, STRIDE }, right = { b, STRIDE };
    (form == NT   ? product_nt
     : form == NN ? product_nn
                  : product_tn)(products, left, right, out, STRIDE, m, n, k, beta);
    for (int i = 0; i < m; i += 1 + m / 40)
        for (int j = 0; j < n; j += 1 + n / 40) {
            double wanted = sum_of(form, a, b, i, j, k) + (double)(beta * before[i * STRIDE + j]);
            assert_true(fabs((double)out[i * STRIDE + j] - wanted) < most * (1.0 + sqrt(k)));
        }
    for (int i = 0; i < m; i++)
        assert_true(out[i * STRIDE + n] == before[i * STRIDE + n]);
    assert_true(out[m * STRIDE] == before[m * STRIDE]);
    free(a);
    free(b);
    free(out);
    free(before);
}

static void check_all(enum precision precision, double most)
{
    struct engine *engine = engine_new(1, NULL);
    struct products *products = products_new(engine, precision, NULL);
    if (products) {
        for (enum form form = NT; form <= TN; form++) {
            check(products, form, 1, 1, 1, 0.0f, most);
            check(products, form, 7, 65, 33, 0.0f, most);
            check(products, form, 64, 64, 64, 1.0f, most);
            check(products, form, 519, 270, 321, 1.0f, most);
            check(products, form, 13, 1100, 17, 0.0f, most);
            check(products, form, 31, 20, 1199, 3.5f, most);
        }
        products_free(products);
    } else {
        print_message("skipped: this processor has no such products\n");
    }
    engine_free(engine);
}

static void float32_products_are_right(void **state)
{
    (void)state;
    check_all(PRECISION_F32, 1e-6);
}

static void bfloat16_products_are_right_within_their_rounding(void **state)
{
    (void)state;
    check_all(PRECISION_BF16, 2e-3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(float32_products_are_right),
        cmocka_unit_test(bfloat16_products_are_right_within_their_rounding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
