#include "model/base/file.h"
#include "model/format/reader.h"

#include <stdlib.h>
#include <string.h>

static json_t *entry_new(const struct tensor *tensor, uint64_t begin)
{
    json_t *shape = json_array();
    for (int k = 0; k < tensor->rank; k++)
        json_array_append_new(shape, json_integer(tensor->shape[k]));
    return json_pack("{s:s, s:o, s:[I,I]}", "dtype", dtype_name(tensor->type), "shape", shape, "data_offsets",
                     (json_int_t)begin, (json_int_t)(begin + tensor->size));
}

static json_t *header_new(const struct tensor *tensors, size_t count, const json_t *metadata,
                          const char *path, struct lacuna_error *error)
{
    json_t *header = json_object();
    if (metadata)
        json_object_set(header, "__metadata__", (json_t *)metadata);
    uint64_t at = 0;
    for (size_t k = 0; k < count; k++) {
        const struct tensor *tensor = &tensors[k];
        bool known = tensor->type < DTYPE_Q4_0, twice = json_object_get(header, tensor->name);
        json_t *entry = known && !twice ? entry_new(tensor, at) : NULL;
        if (!entry || json_object_set_new(header, tensor->name, entry)) {
            fail(error, LACUNA_MODEL, "%s: tensor %.100s cannot be written: %s", path, tensor->name,
                 twice   ? "its name is used twice"
                 : known ? "its name is no UTF-8"
                         : "safetensors has no such type");
            json_decref(header);
            return NULL;
        }
        at += tensor->size;
    }
    return header;
}

bool safetensors_head(FILE *stream, const char *name, const struct tensor *tensors, size_t count,
                      const json_t *metadata, struct lacuna_error *error)
{
    json_t *header = header_new(tensors, count, metadata, name, error);
    if (!header)
        return false;
    char *text = json_dumps(header, JSON_COMPACT);
    json_decref(header);
    size_t size = strlen(text), padded = (size + 7) / 8 * 8;
    uint8_t length[8];
    for (int k = 0; k < 8; k++)
        length[k] = (uint8_t)((uint64_t)padded >> 8 * k);
    fwrite(length, 1, sizeof length, stream);
    fprintf(stream, "%s%*s", text, (int)(padded - size), "");
    free(text);
    return true;
}

bool safetensors_print(FILE *stream, const char *name, const struct tensor *tensors, size_t count,
                       const json_t *metadata, struct lacuna_error *error)
{
    if (!safetensors_head(stream, name, tensors, count, metadata, error))
        return false;
    for (size_t k = 0; k < count; k++)
        if (tensors[k].size)
            fwrite(tensors[k].data, 1, tensors[k].size, stream);
    return true;
}

bool safetensors_write(const char *path, const struct tensor *tensors, size_t count, const json_t *metadata,
                       struct lacuna_error *error)
{
    struct replacement file;
    if (!file_begin(&file, path, error))
        return false;
    if (!safetensors_print(file.stream, path, tensors, count, metadata, error)) {
        file_abandon(&file);
        return false;
    }
    return file_replace(&file, error);
}
