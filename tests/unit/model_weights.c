/* GGUF and PyTorch files, from the small ones that the fuzz targets begin with. */
#include "model/base/file.h"
#include "model/format/checkpoint.h"
#include "model/format/dtype.h"
#include "model/format/gguf_write.h"
#include "model/network/quantise.h"
#include "model/tokenizer/tokenizer.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SEEDS LACUNA_SOURCE_DIR "/tests/fuzz/seeds/"

static struct checkpoint *open_seed(const char *path)
{
    struct lacuna_error error = { 0 };
    struct checkpoint *opened = checkpoint_open(path, &error);
    if (!opened)
        fail_msg("%s", error.message);
    return opened;
}

static void gguf_speaks_the_words_of_its_family(void **state)
{
    (void)state;
    struct checkpoint *opened = open_seed(SEEDS "model_weights/small.gguf");
    const json_t *config = checkpoint_config(opened);
    assert_string_equal(checkpoint_format(opened), "GGUF");
    assert_string_equal(json_string_value(json_object_get(config, "model_type")), "llada");
    assert_int_equal(json_integer_value(json_object_get(config, "n_layers")), 1);
    assert_true(json_is_false(json_object_get(config, "weight_tying")));
    assert_true(json_is_true(json_object_get(config, "rope_interleaved")));
    const struct tensor *embedding = checkpoint_find(opened, "model.transformer.wte.weight");
    assert_int_equal(embedding->type, DTYPE_Q4_0);
    assert_int_equal(embedding->shape[0], 2);
    assert_int_equal(embedding->shape[1], 32);
    assert_non_null(checkpoint_find(opened, "model.transformer.blocks.0.q_proj.weight"));
    float norm[4];
    tensor_to_f32(checkpoint_find(opened, "model.transformer.ln_f.weight"), 0, 4, norm);
    assert_true(norm[0] == 1 && norm[3] == 4);
    checkpoint_close(opened);
}

static void gguf_carries_its_tokenizer(void **state)
{
    (void)state;
    struct tokenizer *tokenizer = tokenizer_open(SEEDS "model_tokenizer/bytes.gguf", NULL);
    assert_non_null(tokenizer);
    assert_true(tokenizer_is_special(tokenizer, 9));
    assert_int_equal(tokenizer_before(tokenizer)->at[0], 0);
    assert_int_equal(tokenizer_after(tokenizer)->count, 0);
    struct ids ids = { 0 };
    assert_true(tokenizer_encode(tokenizer, "ab<mask> a", 10, true, &ids, NULL));
    const int32_t expected[] = { 3, 9, 5 };
    assert_int_equal(ids.count, 3);
    assert_memory_equal(ids.at, expected, sizeof expected);
    ids_free(&ids);
    tokenizer_close(tokenizer);
}

static void pytorch_files_give_tensors(void **state)
{
    (void)state;
    struct checkpoint *opened = open_seed(SEEDS "model_weights/small.pt");
    assert_string_equal(checkpoint_format(opened), "PyTorch");
    float values[6];
    const struct tensor *w = checkpoint_need(opened, "w", 2, 3, NULL);
    tensor_to_f32(w, 0, 6, values);
    for (int k = 0; k < 6; k++)
        assert_true(values[k] == (float)k);
    assert_int_equal(checkpoint_find(opened, "b")->type, DTYPE_BF16);
    checkpoint_close(opened);
}

/* The seed with `from` replaced by `to` (of equal length) is refused with that reason. */
static void assert_change_refused(const char *seed, const char *from, const char *to, size_t size,
                                  const char *reason)
{
    struct mapping file;
    struct lacuna_error error = { 0 };
    assert_true(mapping_open(&file, seed, &error));
    char *copy = malloc(file.size);
    memcpy(copy, file.at, file.size);
    char *found = memmem(copy, file.size, from, size);
    assert_non_null(found);
    memcpy(found, to, size);
    char path[] = "/tmp/lacuna-test-XXXXXX";
    close(mkstemp(path));
    assert_true(file_write(path, copy, file.size, &error));
    struct checkpoint *opened = checkpoint_open(path, &error);
    if (opened || !strstr(error.message, reason) || !strstr(error.message, path))
        fail_msg("\"%s\" was to say \"%s\"", opened ? "opened" : error.message, reason);
    unlink(path);
    free(copy);
    mapping_close(&file);
}

static void hostile_files_are_refused_with_the_reason(void **state)
{
    (void)state;
    static const char gguf[] = SEEDS "model_weights/small.gguf", archive[] = SEEDS "model_weights/small.pt";
    assert_change_refused(gguf, "GGUF\3", "GGUF\1", 5, "version 2 or 3");
    assert_change_refused(gguf, "GGUF\3\0\0\0\4\0\0\0\0\0\0\0", "GGUF\3\0\0\0\4\0\0\0\0\0\0\x7f", 16,
                          "more tensors");
    assert_change_refused(gguf, "\x14\0\0\0\0\0\0\0general.arch", "\x14\0\0\0\0\0\0\x70general.arch", 20,
                          "longer than what follows");
    assert_change_refused(gguf, "output.weight\1\0\0\0\0\1\0\0", "output.weight\1\0\0\0\1\1\0\0", 21,
                          "whole blocks");
    assert_change_refused(gguf, "output.weight\1\0\0\0", "output.weight\x9\0\0\0", 17, "rank");
    assert_change_refused(archive, "torch\nFloatStorage", "posix\nFloatStorage", 18, "posix.FloatStorage");
    assert_change_refused(archive, "_rebuild_tensor_v2", "_rebuild_tensor_v3", 18, "_rebuild_tensor_v3");
    assert_change_refused(archive, "K\6t", "K\7t", 3, "too short");
    assert_change_refused(archive, "PK\5\6", "PK\5\7", 4, "cut off");
}

static void what_is_quantised_is_near(void **state)
{
    (void)state;
    float values[256], back[256];
    for (int k = 0; k < 256; k++)
        values[k] = sinf((float)k) * (float)(k + 1);
    static const struct {
        enum dtype type;
        double levels;
    } types[] = {
        { DTYPE_Q8_0, 127 }, { DTYPE_Q4_0, 8 }, { DTYPE_Q4_1, 15 }, { DTYPE_Q5_0, 16 }, { DTYPE_Q5_1, 31 }
    };
    for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
        uint8_t blocks[512];
        dtype_row(types[t].type)->encode(values, 256, blocks);
        dtype_row(types[t].type)->decode(blocks, 256, back);
        for (int k = 0; k < 256; k++)
            assert_true(fabs((double)back[k] - (double)values[k]) <=
                        2.0 * (double)(k / 32 * 32 + 32) / types[t].levels);
    }
}

/* A checkpoint of one layer whose queries count up row by row, written to GGUF and opened again. */
static struct checkpoint *through_gguf(const char *model_type, enum dtype type, struct gguf_report *report)
{
    char folder[] = "/tmp/lacuna-test-XXXXXX";
    assert_non_null(mkdtemp(folder));
    char *weights = path_join(folder, "model.safetensors"), *config = path_join(folder, "config.json");
    char *gguf = path_join(folder, "made.gguf"), text[200];
    float query[16 * 32], norm[4] = { 1, 2, 3, 4 };
    for (int k = 0; k < 16 * 32; k++)
        query[k] = (float)(k / 32) + (float)(k % 32) / 64;
    const struct tensor tensors[] = {
        { "model.transformer.blocks.0.q_proj.weight", DTYPE_F32, 2, { 16, 32 }, query, sizeof query },
        { "model.transformer.ln_f.weight", DTYPE_F32, 1, { 4 }, norm, sizeof norm },
    };
    snprintf(text, sizeof text, "{\"model_type\": \"%s\", \"n_heads\": 2, \"rope_theta\": 500.0}",
             model_type);
    assert_true(safetensors_write(weights, tensors, 2, NULL, NULL));
    assert_true(file_write(config, text, strlen(text), NULL));
    struct checkpoint *source = open_seed(folder);
    json_t *tokenizer = json_pack("{s:s}", "version", "1.0");
    assert_true(gguf_write(source, tokenizer, type, gguf, report, NULL));
    json_decref(tokenizer);
    checkpoint_close(source);
    struct checkpoint *opened = open_seed(gguf);
    char *const files[] = { weights, config, gguf };
    for (int k = 0; k < 3; k++) {
        unlink(files[k]);
        free(files[k]);
    }
    rmdir(folder);
    return opened;
}

static void gguf_is_written_in_the_order_that_its_family_has_there(void **state)
{
    (void)state;
    struct gguf_report report;
    struct checkpoint *opened = through_gguf("llada", DTYPE_F16, &report);
    float row[32];
    const struct tensor *query = checkpoint_find(opened, "model.transformer.blocks.0.q_proj.weight");
    static const int order[] = { 0, 4, 1, 5, 2, 6, 3, 7 };
    for (int k = 0; k < 16; k++) {
        tensor_to_f32(query, k * 32, 32, row);
        assert_true(row[0] == (float)(order[k % 8] + k / 8 * 8));
    }
    assert_true(json_number_value(json_object_get(checkpoint_config(opened), "rope_theta")) == 500);
    assert_int_equal(report.matrices, 1);
    assert_true(report.mean_error == 0);
    checkpoint_close(opened);
}

static void rows_come_back_from_gguf_in_the_order_of_their_family(void **state)
{
    (void)state;
    char path[] = "/tmp/lacuna-test-XXXXXX.safetensors";
    int file = mkstemps(path, (int)strlen(".safetensors"));
    assert_true(file >= 0);
    close(file);
    struct checkpoint *made = through_gguf("llada", DTYPE_F16, NULL);
    assert_true(quantise_write(made, DTYPE_F32, path, NULL, NULL));
    checkpoint_close(made);
    struct checkpoint *opened = open_seed(path);
    const struct tensor *query = checkpoint_find(opened, "model.transformer.blocks.0.q_proj.weight");
    for (int k = 0; k < 16 * 32; k++) {
        float value;
        tensor_to_f32(query, k, 1, &value);
        assert_true(value == (float)(k / 32) + (float)(k % 32) / 64);
    }
    checkpoint_close(opened);
    unlink(path);
}

static void gguf_carries_what_it_has_no_words_for(void **state)
{
    (void)state;
    struct gguf_report report;
    struct checkpoint *opened = through_gguf("another", DTYPE_Q8_0, &report);
    const json_t *config = checkpoint_config(opened);
    assert_string_equal(json_string_value(json_object_get(config, "model_type")), "another");
    assert_int_equal(json_integer_value(json_object_get(config, "n_heads")), 2);
    const struct tensor *query = checkpoint_find(opened, "model.transformer.blocks.0.q_proj.weight");
    float row[32];
    tensor_to_f32(query, 32, 32, row);
    assert_int_equal(query->type, DTYPE_Q8_0);
    assert_true(fabsf(row[0] - 1) < 0.01f);
    assert_true(report.mean_error > 0 && report.mean_error < 0.01);
    checkpoint_close(opened);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gguf_speaks_the_words_of_its_family),
        cmocka_unit_test(gguf_carries_its_tokenizer),
        cmocka_unit_test(pytorch_files_give_tensors),
        cmocka_unit_test(hostile_files_are_refused_with_the_reason),
        cmocka_unit_test(what_is_quantised_is_near),
        cmocka_unit_test(gguf_is_written_in_the_order_that_its_family_has_there),
        cmocka_unit_test(rows_come_back_from_gguf_in_the_order_of_their_family),
        cmocka_unit_test(gguf_carries_what_it_has_no_words_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
