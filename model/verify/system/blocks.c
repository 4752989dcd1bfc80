/* Raw blocks of every quantised type with their values, and values with the blocks that the reference encoder
 * made of them. */
#include "model/base/file.h"
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/format/dtype.h"
#include "model/verify/verify.h"

#include <stdlib.h>
#include <string.h>

static bool knows(const struct verify_file *file)
{
    return json_is_object(json_object_get(file->content, "types")) &&
           !json_object_get(file->content, "cases");
}

static const struct tensor *array_of(const struct checkpoint *arrays, const char *name, const char *ending)
{
    char whole[100];
    snprintf(whole, sizeof whole, "%s%s", name, ending);
    return checkpoint_find(arrays, whole);
}

static bool decode_check(const struct checkpoint *arrays, const char *name, struct lacuna_error *error)
{
    const struct tensor *raw = array_of(arrays, name, ".raw"), *expected = array_of(arrays, name, ".f32");
    enum dtype type;
    if (!dtype_find(name, &type))
        return fail(error, LACUNA_MODEL, "the type is not known");
    int64_t count = expected ? tensor_elements(expected) : -1;
    if (!raw || count < 0 || raw->size != dtype_bytes(type, count))
        return fail(error, LACUNA_MODEL, "its blocks are not in the file beside the cases");
    float *got = memory_new((size_t)count, sizeof *got);
    dtype_row(type)->decode(raw->data, count, got);
    bool same = !memcmp(got, expected->data, expected->size);
    free(got);
    return same || fail(error, LACUNA_MODEL, "its values differ");
}

static bool encode_check(const struct tensor *values, const struct tensor *expected, enum dtype type,
                         struct lacuna_error *error)
{
    int64_t count = tensor_elements(values);
    if (!dtype_row(type)->encode || values->type != DTYPE_F32 || expected->size != dtype_bytes(type, count))
        return fail(error, LACUNA_MODEL, "the type cannot be written");
    float *aligned = memory_new((size_t)count, sizeof *aligned);
    uint8_t *got = memory_new(expected->size, 1);
    tensor_to_f32(values, 0, count, aligned);
    dtype_row(type)->encode(aligned, count, got);
    bool same = !memcmp(got, expected->data, expected->size);
    free(aligned);
    free(got);
    return same || fail(error, LACUNA_MODEL, "its blocks differ");
}

static void run(struct verify_file *file)
{
    struct lacuna_error error = { 0 };
    char *path = path_join(file->folder, "blocks.safetensors");
    struct checkpoint *arrays = checkpoint_open(path, &error);
    free(path);
    if (!arrays) {
        verify_failed(file, "blocks", "%s", error.message);
        return;
    }
    const char *name;
    json_t *unused;
    json_object_foreach(json_object_get(file->content, "types"), name, unused)
    {
        verify_outcome(file, name, decode_check(arrays, name, &error), &error);
    }
    const struct tensor *values = checkpoint_find(arrays, "quantize.input");
    static const char prefix[] = "quantize.";
    for (size_t k = 0; values && k < checkpoint_count(arrays); k++) {
        const struct tensor *expected = checkpoint_at(arrays, k);
        enum dtype type;
        if (!strncmp(expected->name, prefix, strlen(prefix)) &&
            dtype_find(expected->name + strlen(prefix), &type))
            verify_outcome(file, expected->name, encode_check(values, expected, type, &error), &error);
    }
    checkpoint_close(arrays);
}

const struct verify_system verify_system_blocks = { .name = "blocks", .knows = knows, .run = run };
