#include "model/format/gguf.h"

#include "model/base/memory.h"
#include "model/format/reader.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* KEYS_MAX, TENSORS_MAX: far beyond any model's, and so many take no more than 1 MB. */
enum {
    KEY_MAX = 1 << 16,
    NAME_MAX_BYTES = 1024,
    RANK_MAX = 4,
    KEY_LEAST = 13,
    TENSOR_LEAST = 24,
    KEYS_MAX = 1 << 14,
    TENSORS_MAX = 10000,
};

/* A place in the file that never passes its end. */
struct cursor {
    const char *path;
    const uint8_t *start, *at, *end;
    struct lacuna_error *error;
};

static bool cursor_fail(const struct cursor *cursor, const char *what)
{
    return fail(cursor->error, LACUNA_MODEL, "%.200s: byte %zu: %s", cursor->path,
                (size_t)(cursor->at - cursor->start), what);
}

static bool take(struct cursor *cursor, void *out, size_t size)
{
    if ((size_t)(cursor->end - cursor->at) < size)
        return cursor_fail(cursor, "the file ends inside its directory");
    memcpy(out, cursor->at, size);
    cursor->at += size;
    return true;
}

static bool take_text(struct cursor *cursor, struct gguf_text *text, size_t most)
{
    uint64_t size = 0;
    if (!take(cursor, &size, sizeof size))
        return false;
    if (size > most || size > (size_t)(cursor->end - cursor->at))
        return cursor_fail(cursor, "a string is longer than what follows");
    *text = (struct gguf_text){ (const char *)cursor->at, size };
    cursor->at += size;
    return true;
}

/* Bytes of a value; 0 for strings and arrays, -1 for what is no type. */
static int type_size(uint32_t type)
{
    static const int8_t sizes[] = { 1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8 };
    return type < sizeof sizes ? sizes[type] : -1;
}

static bool skip_values(struct cursor *cursor, const struct gguf_key *key)
{
    size_t left = (size_t)(cursor->end - cursor->at), size = (size_t)type_size(key->type);
    if (key->count > left)
        return cursor_fail(cursor, "a list has more members than the file has bytes");
    if (size) {
        if (key->count > left / size)
            return cursor_fail(cursor, "a list is longer than what follows");
        cursor->at += key->count * size;
        return true;
    }
    struct gguf_text text;
    for (uint64_t k = 0; k < key->count; k++)
        if (!take_text(cursor, &text, SIZE_MAX))
            return false;
    return true;
}

static bool key_read(struct cursor *cursor, struct gguf_key *key)
{
    uint32_t type = 0;
    if (!take_text(cursor, &key->name, KEY_MAX) || !take(cursor, &type, sizeof type))
        return false;
    key->count = 1;
    key->array = type == GGUF_ARRAY;
    if (key->array && (!take(cursor, &type, sizeof type) || !take(cursor, &key->count, sizeof key->count)))
        return false;
    if (type_size(type) < 0 || type == GGUF_ARRAY)
        return cursor_fail(cursor, type == GGUF_ARRAY ? "a list of lists is not supported"
                                                      : "a value has an unknown type");
    key->type = (enum gguf_type)type;
    key->data = cursor->at;
    return skip_values(cursor, key);
}

static int key_order(const void *left, const void *right)
{
    const struct gguf_key *a = left, *b = right;
    size_t common = a->name.size < b->name.size ? a->name.size : b->name.size;
    int order = memcmp(a->name.at, b->name.at, common);
    return order ? order : (a->name.size > b->name.size) - (a->name.size < b->name.size);
}

static bool keys_read(struct gguf *gguf, struct cursor *cursor, uint64_t count)
{
    if (count > (size_t)(cursor->end - cursor->at) / KEY_LEAST)
        return cursor_fail(cursor, "states more keys than the file has room for");
    if (count > KEYS_MAX)
        return cursor_fail(cursor, "states more keys than are read");
    gguf->keys = memory_new(count, sizeof *gguf->keys);
    for (; gguf->key_count < count; gguf->key_count++)
        if (!key_read(cursor, &gguf->keys[gguf->key_count]))
            return false;
    qsort(gguf->keys, gguf->key_count, sizeof *gguf->keys, key_order);
    for (size_t k = 1; k < gguf->key_count; k++)
        if (!key_order(&gguf->keys[k - 1], &gguf->keys[k]))
            return fail(cursor->error, LACUNA_MODEL, "%.200s: key %.*s comes twice", cursor->path,
                        (int)(gguf->keys[k].name.size % 200), gguf->keys[k].name.at);
    return true;
}

static const struct {
    uint32_t code;
    enum dtype type;
} codes[] = { { 0, DTYPE_F32 },     { 1, DTYPE_F16 },     { 2, DTYPE_Q4_0 },  { 3, DTYPE_Q4_1 },
              { 6, DTYPE_Q5_0 },    { 7, DTYPE_Q5_1 },    { 8, DTYPE_Q8_0 },  { 10, DTYPE_Q2_K },
              { 11, DTYPE_Q3_K },   { 12, DTYPE_Q4_K },   { 13, DTYPE_Q5_K }, { 14, DTYPE_Q6_K },
              { 20, DTYPE_IQ4_NL }, { 23, DTYPE_IQ4_XS }, { 24, DTYPE_I8 },   { 26, DTYPE_I32 },
              { 27, DTYPE_I64 },    { 28, DTYPE_F64 },    { 30, DTYPE_BF16 }, { 34, DTYPE_TQ1_0 },
              { 35, DTYPE_TQ2_0 } };

static bool type_of(uint32_t code, enum dtype *type)
{
    for (size_t k = 0; k < sizeof codes / sizeof *codes; k++)
        if (codes[k].code == code) {
            *type = codes[k].type;
            return true;
        }
    return false;
}

uint32_t gguf_type_code(enum dtype type)
{
    size_t k = 0;
    while (codes[k].type != type && k + 1 < sizeof codes / sizeof *codes)
        k++;
    return codes[k].code;
}

/* tensor->data holds the offset until the data's start is known. */
static bool tensor_read(struct cursor *cursor, struct tensor *tensor)
{
    struct gguf_text name;
    uint32_t rank = 0, code = 0;
    uint64_t sizes[RANK_MAX] = { 0 }, offset = 0;
    if (!take_text(cursor, &name, NAME_MAX_BYTES) || !take(cursor, &rank, sizeof rank))
        return false;
    if (rank < 1 || rank > RANK_MAX || memchr(name.at, 0, name.size))
        return cursor_fail(cursor, "a tensor has a rank outside 1…4 or a 0 byte in its name");
    if (!take(cursor, sizes, rank * sizeof *sizes) || !take(cursor, &code, sizeof code) ||
        !take(cursor, &offset, sizeof offset))
        return false;
    if (!type_of(code, &tensor->type))
        return fail(cursor->error, LACUNA_MODEL,
                    "%.200s: tensor %.*s has type %" PRIu32 ", which is not supported", cursor->path,
                    (int)(name.size % 200), name.at, code);
    tensor->rank = (int)rank;
    for (uint32_t k = 0; k < TENSOR_RANK_MAX; k++)
        tensor->shape[k] = k < rank ? (int64_t)sizes[rank - 1 - k] : 1;
    tensor->name = memory_text(name.at, name.size);
    tensor->data = (const void *)(uintptr_t)offset;
    return shape_size(tensor->type, tensor->rank, tensor->shape, &tensor->size) ||
           fail(cursor->error, LACUNA_MODEL,
                "%.200s: tensor %.200s has a shape that is too large or no whole blocks", cursor->path,
                tensor->name);
}

static int offset_order(const void *left, const void *right)
{
    const struct tensor *a = left, *b = right;
    uintptr_t x = (uintptr_t)a->data, y = (uintptr_t)b->data;
    if (x != y)
        return x < y ? -1 : 1;
    return (a->size > b->size) - (a->size < b->size);
}

/* Every tensor lies inside the data, on its alignment, apart from the others. */
static bool tensors_place(struct gguf *gguf, const struct cursor *cursor, uint64_t alignment)
{
    uint64_t header = (uint64_t)(cursor->at - cursor->start), whole = (uint64_t)(cursor->end - cursor->start);
    uint64_t begin = (header + alignment - 1) / alignment * alignment,
             room = begin < whole ? whole - begin : 0, end = 0;
    qsort(gguf->tensors, gguf->tensor_count, sizeof *gguf->tensors, offset_order);
    for (size_t k = 0; k < gguf->tensor_count; k++) {
        struct tensor *tensor = &gguf->tensors[k];
        uint64_t offset = (uintptr_t)tensor->data;
        if (offset % alignment || offset > room || tensor->size > room - offset || offset < end)
            return fail(cursor->error, LACUNA_MODEL,
                        "%.200s: tensor %.200s at byte %" PRIu64 " of the data %s", cursor->path,
                        tensor->name, offset,
                        offset % alignment ? "is not aligned"
                        : offset < end     ? "overlaps another"
                                           : "reaches past the end of the file");
        end = offset + tensor->size;
        tensor->data = cursor->start + begin + offset;
    }
    return true;
}

static bool tensors_read(struct gguf *gguf, struct cursor *cursor, uint64_t count)
{
    if (count > (size_t)(cursor->end - cursor->at) / TENSOR_LEAST)
        return cursor_fail(cursor, "states more tensors than the file has room for");
    if (count > TENSORS_MAX)
        return cursor_fail(cursor, "states more tensors than are read");
    int64_t alignment = gguf_whole(gguf, "general.alignment", 32);
    if (alignment < 1 || alignment > 1 << 20 || (alignment & (alignment - 1)))
        return cursor_fail(cursor, "general.alignment is no power of two");
    gguf->tensors = memory_new(count, sizeof *gguf->tensors);
    for (; gguf->tensor_count < count; gguf->tensor_count++)
        if (!tensor_read(cursor, &gguf->tensors[gguf->tensor_count])) {
            free((char *)gguf->tensors[gguf->tensor_count].name);
            return false;
        }
    return tensors_place(gguf, cursor, (uint64_t)alignment);
}

bool gguf_open(struct gguf *gguf, const char *path, const struct mapping *file, struct lacuna_error *error)
{
    *gguf = (struct gguf){ .path = path };
    struct cursor cursor = { path, file->at, file->at, file->at + file->size, error };
    uint32_t magic = 0, version = 0;
    uint64_t tensors = 0, keys = 0;
    if (!take(&cursor, &magic, 4) || !take(&cursor, &version, 4))
        return false;
    if (memcmp(&magic, "GGUF", 4) || version < 2 || version > 3)
        return fail(error, LACUNA_MODEL, "%s: is no little-endian GGUF file of version 2 or 3", path);
    if (take(&cursor, &tensors, 8) && take(&cursor, &keys, 8) && keys_read(gguf, &cursor, keys) &&
        tensors_read(gguf, &cursor, tensors))
        return true;
    gguf_close(gguf);
    return false;
}

void gguf_close(struct gguf *gguf)
{
    for (size_t k = 0; k < gguf->tensor_count; k++)
        free((char *)gguf->tensors[k].name);
    free(gguf->tensors);
    free(gguf->keys);
    *gguf = (struct gguf){ 0 };
}
