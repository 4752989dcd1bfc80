#include "model/base/buffer.h"
#include "model/base/file.h"
#include "model/format/checkpoint.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct folder {
    char path[64];
    struct buffer bytes;
};

static int folder_new(void **state)
{
    struct folder *folder = calloc(1, sizeof *folder);
    strcpy(folder->path, "/tmp/lacuna-test-XXXXXX");
    *state = folder;
    return mkdtemp(folder->path) ? 0 : -1;
}

static int folder_remove(void **state)
{
    struct folder *folder = *state;
    char command[100];
    snprintf(command, sizeof command, "rm -r %s", folder->path);
    buffer_free(&folder->bytes);
    int result = system(command);
    free(folder);
    return result;
}

static void put(struct folder *folder, const char *name, const void *bytes, size_t size)
{
    char *path = path_join(folder->path, name);
    assert_true(file_write(path, bytes, size, NULL));
    free(path);
}

/* A file with this header and `room` bytes of data that count up. */
static void put_header(struct folder *folder, const char *name, const char *header, size_t room)
{
    uint64_t length = strlen(header);
    buffer_clear(&folder->bytes);
    buffer_add(&folder->bytes, &length, 8);
    buffer_add_text(&folder->bytes, header);
    for (size_t k = 0; k < room; k++)
        buffer_add_byte(&folder->bytes, (int)k);
    put(folder, name, folder->bytes.at, folder->bytes.size);
}

static void assert_refused(const struct folder *folder, const char *reason)
{
    struct lacuna_error error = { 0 };
    struct checkpoint *opened = checkpoint_open(folder->path, &error);
    assert_null(opened);
    assert_int_equal(error.code, LACUNA_MODEL);
    if (!strstr(error.message, reason) || !strstr(error.message, folder->path))
        fail_msg("\"%s\" was to say \"%s\"", error.message, reason);
}

static void what_is_written_is_read(void **state)
{
    struct folder *folder = *state;
    float weights[6] = { 1, -2, 0.5f, 3e-9f, INFINITY, 7 };
    int64_t ids[2] = { 5, -9 };
    const struct tensor tensors[] = {
        { .name = "zeta", .type = DTYPE_I64, .rank = 1, .shape = { 2 }, .data = ids, .size = sizeof ids },
        { .name = "alpha",
          .type = DTYPE_F32,
          .rank = 2,
          .shape = { 2, 3 },
          .data = weights,
          .size = sizeof weights },
        { .name = "none", .type = DTYPE_F32, .rank = 2, .shape = { 0, 3 } },
    };
    char *path = path_join(folder->path, "model.safetensors");
    json_t *metadata = json_pack("{s:s}", "format", "pt");
    assert_true(safetensors_write(path, tensors, 3, metadata, NULL));
    json_decref(metadata);
    free(path);
    put(folder, "config.json", "{\"model_type\": \"lacuna\"}", 24);

    struct lacuna_error error = { 0 };
    struct checkpoint *opened = checkpoint_open(folder->path, &error);
    assert_non_null(opened);
    assert_int_equal(checkpoint_count(opened), 3);
    assert_string_equal(checkpoint_at(opened, 0)->name, "alpha");
    assert_string_equal(json_string_value(json_object_get(checkpoint_config(opened), "model_type")),
                        "lacuna");
    const struct tensor *alpha = checkpoint_need(opened, "alpha", 2, 3, &error);
    assert_memory_equal(alpha->data, weights, sizeof weights);
    float read[2];
    tensor_to_f32(checkpoint_find(opened, "zeta"), 0, 2, read);
    assert_true(read[0] == 5 && read[1] == -9);
    assert_int_equal(checkpoint_find(opened, "none")->size, 0);
    assert_null(checkpoint_find(opened, "beta"));
    assert_null(checkpoint_need(opened, "alpha", 3, 2, &error));
    assert_non_null(strstr(error.message, "[2, 3]"));
    checkpoint_close(opened);
}

static void damaged_files_are_refused_with_the_reason(void **state)
{
    static const struct {
        const char *header;
        size_t room;
        const char *reason;
    } cases[] = {
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 7, "lie outside" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 9, "its tensors need 8" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", 8, "its shape needs 12" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", 8, "no size" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}}", 8, "no size" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,8]}}", 8,
          "larger than memory" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,2],\"data_offsets\":[0,8]}}", 8,
          "at most 8 dimensions" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", 8, "lie outside" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]}}", 8, "lie outside" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}}", 8, "two data_offsets" },
        { "{\"a\":{\"dtype\":\"Q4_K\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "Q4_K" },
        { "{\"a\":{\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "no dtype" },
        { "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},"
          "\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[3,7]}}",
          7, "overlaps" },
        { "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},"
          "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[3,5]}}",
          5, "gap" },
        { "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
          "\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]}}",
          2, "duplicate" },
        { "{\"a\":", 0, "line 1" },
        { "{\"a\":7}", 0, "no dtype" },
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        put_header(*state, "model.safetensors", cases[k].header, cases[k].room);
        assert_refused(*state, cases[k].reason);
    }
    put(*state, "model.safetensors", "\xff\xff\xff\xff\xff\xff\xff\xff{}", 10);
    assert_refused(*state, "states a header");
    put(*state, "model.safetensors", "", 0);
    assert_refused(*state, "is no safetensors");
}

static void deep_nesting_is_refused(void **state)
{
    struct buffer deep = { 0 };
    buffer_add_text(&deep, "{\"a\":");
    for (int k = 0; k < 1000000; k++)
        buffer_add_byte(&deep, '[');
    put_header(*state, "model.safetensors", deep.at, 0);
    buffer_free(&deep);
    assert_refused(*state, "depth");
}

#define ONE(name) "{\"" name "\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}"

static void put_index(struct folder *folder, const char *text)
{
    put(folder, "model.safetensors.index.json", text, strlen(text));
}

static void shards_are_joined(void **state)
{
    struct folder *folder = *state;
    put_header(folder, "s-1.safetensors", ONE("a"), 2);
    put_header(folder, "s-2.safetensors", ONE("b"), 2);
    put_index(folder, "{\"weight_map\":{\"a\":\"s-1.safetensors\",\"b\":\"s-2.safetensors\"}}");
    struct checkpoint *opened = checkpoint_open(folder->path, NULL);
    assert_non_null(opened);
    assert_int_equal(checkpoint_count(opened), 2);
    assert_int_equal(((const uint8_t *)checkpoint_find(opened, "b")->data)[1], 1);
    checkpoint_close(opened);
}

static void a_wrong_index_is_refused(void **state)
{
    struct folder *folder = *state;
    put_header(folder, "s-1.safetensors", ONE("a"), 2);
    put_header(folder, "s-2.safetensors", ONE("a"), 2);
    static const char *const wrong[][2] = {
        { "{\"weight_map\":{\"a\":\"../s-1.safetensors\"}}", "no plain" },
        { "{\"weight_map\":{\"a\":\"model.safetensors.index.json\"}}", "no plain" },
        { "{\"weight_map\":{\"a\":3}}", "no plain" },
        { "{\"weight_map\":{\"a\":\"s-3.safetensors\"}}", "No such file" },
        { "{\"weight_map\":{\"b\":\"s-1.safetensors\"}}", "does not place there" },
        { "{\"weight_map\":{\"a\":\"s-1.safetensors\",\"b\":\"s-2.safetensors\"}}", "does not place there" },
        { "{\"weight_map\":{\"a\":\"s-1.safetensors\",\"b\":\"s-1.safetensors\"}}", "its shards hold 1" },
        { "{}", "no weight_map" },
    };
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        put_index(folder, wrong[k][0]);
        assert_refused(folder, wrong[k][1]);
    }
}

static void half_floats_follow_ieee(void **state)
{
    (void)state;
    for (uint32_t bits = 0; bits < 65536; bits++) {
        float value = f32_from_f16((uint16_t)bits), brain = f32_from_bf16((uint16_t)bits);
        if (!isnan(value))
            assert_int_equal(f16_from_f32(value), bits);
        if (!isnan(brain))
            assert_int_equal(bf16_from_f32(brain), bits);
    }
    assert_true(f32_from_f16(0x3555) == 0x1.554p-2f);
    assert_true(f32_from_f16(1) == 0x1p-24f);
    assert_int_equal(f16_from_f32(65520), 0x7c00);
    assert_int_equal(f16_from_f32(65519), 0x7bff);
    assert_int_equal(f16_from_f32(1 + 0x1p-11f), 0x3c00);
    assert_int_equal(f16_from_f32(1 + 0x3p-11f), 0x3c02);
    assert_int_equal(f16_from_f32(0x3p-25f), 2);
    assert_int_equal(bf16_from_f32(1 + 0x1p-8f), 0x3f80);
    assert_true(isnan(f32_from_f16(f16_from_f32(NAN))) && isnan(f32_from_bf16(bf16_from_f32(NAN))));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_written_is_read, folder_new, folder_remove),
        cmocka_unit_test_setup_teardown(damaged_files_are_refused_with_the_reason, folder_new, folder_remove),
        cmocka_unit_test_setup_teardown(deep_nesting_is_refused, folder_new, folder_remove),
        cmocka_unit_test_setup_teardown(shards_are_joined, folder_new, folder_remove),
        cmocka_unit_test_setup_teardown(a_wrong_index_is_refused, folder_new, folder_remove),
        cmocka_unit_test(half_floats_follow_ieee),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
