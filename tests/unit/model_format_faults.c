/* The reference cases of GGUF notice a reader that is wrong in one detail. Linked so that calls of
 * tensor_to_f32 and gguf_config come here first. LACUNA_REFERENCE is the folder of the cases; without it the
 * tests are skipped. */
#include "model/base/file.h"
#include "model/format/gguf.h"
#include "model/tensor/engine.h"
#include "model/verify/verify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum fault { FAULT_NONE, FAULT_SCALE, FAULT_ORDER, FAULT_ROWS } fault;

void __real_tensor_to_f32(const struct tensor *tensor, int64_t first, int64_t count, float *out);
void __wrap_tensor_to_f32(const struct tensor *tensor, int64_t first, int64_t count, float *out);
json_t *__real_gguf_config(const struct gguf *gguf);
json_t *__wrap_gguf_config(const struct gguf *gguf);

/* The first two bytes of each block, a scale in most types, the wrong way round. */
static void swap_scales(const struct tensor *tensor, int64_t first, int64_t count, float *out)
{
    int block = dtype_block(tensor->type);
    size_t bytes = dtype_bytes(tensor->type, block);
    for (int64_t at = first; at < first + count; at += block, out += block) {
        uint8_t one[512];
        struct tensor wrong = *tensor;
        memcpy(one, (const char *)tensor->data + dtype_bytes(tensor->type, at), bytes);
        uint8_t low = one[0];
        one[0] = one[1];
        one[1] = low;
        wrong.data = one;
        __real_tensor_to_f32(&wrong, 0, block, out);
    }
}

/* The two halves of every 32 values, which many types keep in one byte each, side by side. */
static void interleave(int64_t count, float *out)
{
    for (float *at = out; at + 32 <= out + count; at += 32) {
        float old[32];
        memcpy(old, at, sizeof old);
        for (int k = 0; k < 32; k++)
            at[k] = old[k % 2 * 16 + k / 2];
    }
}

void __wrap_tensor_to_f32(const struct tensor *tensor, int64_t first, int64_t count, float *out)
{
    bool blocks = dtype_block(tensor->type) > 1;
    if (fault == FAULT_SCALE && blocks) {
        swap_scales(tensor, first, count, out);
        return;
    }
    __real_tensor_to_f32(tensor, first, count, out);
    if (fault == FAULT_ORDER && blocks)
        interleave(count, out);
}

json_t *__wrap_gguf_config(const struct gguf *gguf)
{
    json_t *config = __real_gguf_config(gguf);
    if (fault == FAULT_ROWS)
        json_object_set_new(config, "rope_interleaved", json_false());
    return config;
}

static size_t count_failed(const char *folder, enum fault with, size_t *passed)
{
    const char *reference = getenv("LACUNA_REFERENCE");
    if (!reference || !file_is_folder(reference))
        skip();
    char *path = path_join(reference, folder);
    struct engine *engine = engine_new(1, NULL);
    struct verify_report report = { .out = fopen("/dev/null", "w") };
    fault = with;
    assert_true(verify_folder(path, engine, &report, NULL));
    fault = FAULT_NONE;
    fclose(report.out);
    engine_free(engine);
    free(path);
    *passed = report.passed;
    return report.failed;
}

static void without_a_fault_all_pass(void **state)
{
    (void)state;
    size_t passed;
    assert_int_equal(count_failed("gguf", FAULT_NONE, &passed), 0);
    assert_true(passed > 100);
}

static void scales_read_backwards_are_noticed(void **state)
{
    (void)state;
    size_t passed;
    assert_true(count_failed("gguf", FAULT_SCALE, &passed) >= 24);
}

static void halves_of_blocks_side_by_side_are_noticed(void **state)
{
    (void)state;
    size_t passed;
    assert_true(count_failed("gguf", FAULT_ORDER, &passed) >= 24);
}

static void rows_that_stay_in_pairs_are_noticed(void **state)
{
    (void)state;
    size_t passed, whole;
    assert_int_equal(count_failed("gguf/llada-q8_0", FAULT_NONE, &whole), 0);
    assert_true(count_failed("gguf/llada-q8_0", FAULT_ROWS, &passed) >= 1 && passed < whole);
    assert_true(count_failed("gguf/llada-kquants", FAULT_ROWS, &passed) >= 1);
    assert_int_equal(count_failed("gguf/dream-f32", FAULT_NONE, &passed), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_fault_all_pass),
        cmocka_unit_test(scales_read_backwards_are_noticed),
        cmocka_unit_test(halves_of_blocks_side_by_side_are_noticed),
        cmocka_unit_test(rows_that_stay_in_pairs_are_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
