/* GGUF files: the type, shape and values of every tensor, and the logits of the network on them. */
#include "model/base/file.h"
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/format/gguf.h"
#include "model/verify/forward.h"
#include "model/verify/verify.h"

#include <stdlib.h>
#include <string.h>

static const double logits_absolute = 2e-4;

static bool knows(const struct verify_file *file)
{
    return !strncmp(json_text(file->content, "system", ""), "gguf", 4);
}

static const struct tensor *tensor_named(const struct gguf *gguf, const char *name)
{
    for (size_t k = 0; k < gguf->tensor_count; k++)
        if (!strcmp(gguf->tensors[k].name, name))
            return &gguf->tensors[k];
    return NULL;
}

static bool info_check(const struct tensor *tensor, const json_t *info, struct lacuna_error *error)
{
    const json_t *shape = json_object_get(info, "shape");
    bool same = json_array_size(shape) == (size_t)tensor->rank;
    for (int k = 0; same && k < tensor->rank; k++)
        same = json_integer_value(json_array_get(shape, (size_t)k)) == tensor->shape[k];
    if (!same)
        return fail(error, LACUNA_MODEL, "its shape differs");
    return !strcmp(dtype_name(tensor->type), json_text(info, "type", "")) ||
           fail(error, LACUNA_MODEL, "its type is %s, expected %s", dtype_name(tensor->type),
                json_text(info, "type", "?"));
}

/* Float32 values, bit for bit. */
static bool values_check(const struct tensor *tensor, const struct tensor *expected,
                         struct lacuna_error *error)
{
    int64_t count = tensor_elements(tensor);
    if (!expected || expected->type != DTYPE_F32 || tensor_elements(expected) != count)
        return fail(error, LACUNA_MODEL, "its values are not in the file of dequantised tensors");
    float *got = memory_new((size_t)count, sizeof *got);
    tensor_to_f32(tensor, 0, count, got);
    int64_t wrong = 0;
    while (wrong < count && !memcmp(&got[wrong], (const char *)expected->data + 4 * wrong, 4))
        wrong++;
    free(got);
    return wrong == count || fail(error, LACUNA_MODEL, "value %lld differs", (long long)wrong);
}

static bool tensor_check(const struct gguf *gguf, const struct checkpoint *dequantised, const char *name,
                         const json_t *info, struct lacuna_error *error)
{
    const struct tensor *tensor = tensor_named(gguf, name), *expected = checkpoint_find(dequantised, name);
    if (!tensor)
        return fail(error, LACUNA_MODEL, "it is not in the file");
    if (!info_check(tensor, info, error))
        return false;
    return (!expected && tensor->type == DTYPE_F32) || values_check(tensor, expected, error);
}

static void tensors_run(struct verify_file *file, const struct gguf *gguf,
                        const struct checkpoint *dequantised)
{
    const char *name;
    json_t *info;
    json_object_foreach(json_object_get(file->content, "tensor_info"), name, info)
    {
        struct lacuna_error error = { 0 };
        verify_outcome(file, name, tensor_check(gguf, dequantised, name, info, &error), &error);
    }
}

static void forwards_run(struct verify_file *file, const char *path)
{
    const json_t *cases = json_object_get(file->content, "cases"), *one;
    struct lacuna_error error = { 0 };
    struct verify_network network;
    bool open = verify_network_open(&network, path, file->engine, &error);
    size_t k;
    json_array_foreach(cases, k, one)
    {
        bool passed = open && verify_logits(&network, file, one, logits_absolute, &error);
        verify_outcome(file, json_text(one, "name", "?"), passed, &error);
    }
    if (open)
        verify_network_close(&network);
}

static void run(struct verify_file *file)
{
    char *model = path_join(file->folder, json_text(file->content, "model", "model.gguf"));
    char *values =
        path_join(file->folder, json_text(file->content, "dequantized", "dequantized.safetensors"));
    struct mapping mapping;
    struct gguf gguf = { 0 };
    struct lacuna_error error = { 0 };
    struct checkpoint *dequantised = checkpoint_open(values, &error);
    if (dequantised && mapping_open(&mapping, model, &error)) {
        if (gguf_open(&gguf, model, &mapping, &error)) {
            tensors_run(file, &gguf, dequantised);
            gguf_close(&gguf);
        } else {
            verify_failed(file, "model", "%s", error.message);
        }
        mapping_close(&mapping);
    } else {
        verify_failed(file, "model", "%s", error.message);
    }
    checkpoint_close(dequantised);
    forwards_run(file, model);
    free(model);
    free(values);
}

const struct verify_system verify_system_gguf = { .name = "gguf", .knows = knows, .run = run };
