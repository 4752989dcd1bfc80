/* safetensors: 8 bytes of header length, a JSON header {name: {dtype, shape, data_offsets}}, then the data
 * without gaps. https://github.com/huggingface/safetensors (format) */
#include "model/format/reader.h"

#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/format/dtype.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_MAX = 100 << 20 };

static bool safetensors_knows(const struct mapping *file)
{
    return file->size > 8 && file->at[8] == '{';
}

struct entry {
    struct tensor tensor;
    uint64_t begin, end;
};

static bool type_read(enum dtype *type, const json_t *value, const char *place, struct lacuna_error *error)
{
    const char *name = json_string_value(value);
    if (!name)
        return fail(error, LACUNA_MODEL, "%s has no dtype", place);
    if (!strcmp(name, "BOOL"))
        name = "U8";
    if (!dtype_find(name, type) || *type >= DTYPE_Q4_0)
        return fail(error, LACUNA_MODEL, "%s has dtype %.20s, which is not supported", place, name);
    return true;
}

static bool shape_read(struct tensor *tensor, const json_t *shape, const char *place,
                       struct lacuna_error *error)
{
    size_t rank = json_array_size(shape);
    if (!json_is_array(shape) || rank > TENSOR_RANK_MAX)
        return fail(error, LACUNA_MODEL, "%s needs a shape of at most %d dimensions", place, TENSOR_RANK_MAX);
    tensor->rank = (int)rank;
    for (size_t k = 0; k < TENSOR_RANK_MAX; k++)
        tensor->shape[k] = 1;
    for (size_t k = 0; k < rank; k++) {
        const json_t *size = json_array_get(shape, k);
        if (!json_is_integer(size) || json_integer_value(size) < 0)
            return fail(error, LACUNA_MODEL, "%s: dimension %zu of its shape is no size", place, k);
        tensor->shape[k] = json_integer_value(size);
    }
    if (!shape_size(tensor->type, tensor->rank, tensor->shape, &tensor->size))
        return fail(error, LACUNA_MODEL, "%s has a shape larger than memory", place);
    return true;
}

static bool entry_read(struct entry *entry, const char *name, const json_t *value, const char *path,
                       size_t room, struct lacuna_error *error)
{
    char place[300];
    snprintf(place, sizeof place, "%.160s: tensor %.100s", path, name);
    entry->tensor.name = name;
    const json_t *offsets = json_object_get(value, "data_offsets");
    const json_t *begin = json_array_get(offsets, 0), *end = json_array_get(offsets, 1);
    if (!type_read(&entry->tensor.type, json_object_get(value, "dtype"), place, error) ||
        !shape_read(&entry->tensor, json_object_get(value, "shape"), place, error))
        return false;
    if (json_array_size(offsets) != 2 || !json_is_integer(begin) || !json_is_integer(end))
        return fail(error, LACUNA_MODEL, "%s needs two data_offsets", place);
    int64_t from = json_integer_value(begin), to = json_integer_value(end);
    if (from < 0 || to < from || (uint64_t)to > room)
        return fail(error, LACUNA_MODEL,
                    "%s: data_offsets [%" PRId64 ", %" PRId64 "] lie outside the %zu bytes of data", place,
                    from, to, room);
    if ((uint64_t)(to - from) != entry->tensor.size)
        return fail(error, LACUNA_MODEL, "%s: data_offsets hold %" PRId64 " bytes, its shape needs %zu",
                    place, to - from, entry->tensor.size);
    entry->begin = (uint64_t)from;
    entry->end = (uint64_t)to;
    return true;
}

static int entry_order(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    if (a->begin != b->begin)
        return a->begin < b->begin ? -1 : 1;
    return (a->end > b->end) - (a->end < b->end);
}

/* The data are covered exactly once. */
static bool layout_check(struct entry *entries, size_t count, const char *path, size_t room,
                         struct lacuna_error *error)
{
    qsort(entries, count, sizeof *entries, entry_order);
    uint64_t end = 0;
    for (size_t k = 0; k < count; k++) {
        if (entries[k].begin != end)
            return fail(error, LACUNA_MODEL,
                        "%.200s: tensor %.100s begins at byte %" PRIu64 " of the data and %s %" PRIu64, path,
                        entries[k].tensor.name, entries[k].begin,
                        entries[k].begin < end ? "overlaps the one that ends at" : "leaves a gap after", end);
        end = entries[k].end;
    }
    if (end != room)
        return fail(error, LACUNA_MODEL, "%.200s: holds %zu bytes of data, its tensors need %" PRIu64, path,
                    room, end);
    return true;
}

static bool header_read(struct checkpoint *checkpoint, const json_t *header, const char *path,
                        const uint8_t *data, size_t room, struct lacuna_error *error)
{
    struct entry *entries = memory_new(json_object_size(header), sizeof *entries);
    size_t count = 0;
    bool fine = true;
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)header, name, value)
    {
        if (!strcmp(name, "__metadata__"))
            continue;
        if (!(fine = entry_read(&entries[count++], name, value, path, room, error)))
            break;
    }
    fine = fine && layout_check(entries, count, path, room, error);
    for (size_t k = 0; fine && k < count; k++) {
        entries[k].tensor.data = data + entries[k].begin;
        checkpoint_add(checkpoint, &entries[k].tensor);
    }
    free(entries);
    return fine;
}

static bool safetensors_read(struct checkpoint *checkpoint, const char *path, const struct mapping *file,
                             struct lacuna_error *error)
{
    uint64_t length = 0;
    if (file->size < 8)
        return fail(error, LACUNA_MODEL, "%s: is too short for a safetensors file (%zu bytes)", path,
                    file->size);
    for (int k = 7; k >= 0; k--)
        length = length << 8 | file->at[k];
    if (length > HEADER_MAX || length > file->size - 8)
        return fail(error, LACUNA_MODEL, "%s: states a header of %" PRIu64 " bytes in a file of %zu", path,
                    length, file->size);
    json_t *header = json_from_bytes(file->at + 8, length, path, error);
    if (!header)
        return false;
    bool fine = json_is_object(header) ? header_read(checkpoint, header, path, file->at + 8 + length,
                                                     file->size - 8 - length, error)
                                       : fail(error, LACUNA_MODEL, "%s: its header is no JSON object", path);
    json_decref(header);
    return fine;
}

const struct reader reader_safetensors = {
    .name = "safetensors",
    .ending = ".safetensors",
    .knows = safetensors_knows,
    .read = safetensors_read,
};
