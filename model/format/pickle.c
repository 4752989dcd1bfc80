#include "model/format/pickle.h"

#include "model/base/buffer.h"
#include "model/base/memory.h"
#include "model/format/dtype.h"
#include "model/format/pickle_machine.h"

#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 16 };

struct walk {
    const struct pickle_machine *machine;
    struct pickled_tensors *tensors;
    const char *path;
    bool *seen; /* [value_count] dictionaries that were walked; each is walked once */
    struct lacuna_error *error;
};

static const struct pickle_value *item(const struct pickle_machine *machine, const struct pickle_value *of,
                                       uint32_t k)
{
    return &machine->values[machine->items[of->first + k]];
}

static bool shape_read(const struct pickle_machine *machine, struct pickled_tensor *tensor,
                       const struct pickle_value *shape, const struct pickle_value *strides)
{
    if (shape->kind != PICKLE_TUPLE || strides->kind != PICKLE_TUPLE || shape->count != strides->count ||
        shape->count > TENSOR_RANK_MAX)
        return false;
    tensor->rank = (int)shape->count;
    for (int k = 0; k < TENSOR_RANK_MAX; k++)
        tensor->shape[k] = 1;
    for (uint32_t k = 0; k < shape->count; k++) {
        if (item(machine, shape, k)->kind != PICKLE_WHOLE || item(machine, strides, k)->kind != PICKLE_WHOLE)
            return false;
        tensor->shape[k] = item(machine, shape, k)->whole;
    }
    return true;
}

/* Row-major, without gaps; dimensions of 1 may have any stride. */
static bool is_contiguous(const struct pickle_machine *machine, const struct pickled_tensor *tensor,
                          const struct pickle_value *strides)
{
    int64_t expected = 1;
    for (int k = tensor->rank - 1; k >= 0; k--) {
        if (tensor->shape[k] != 1 && item(machine, strides, (uint32_t)k)->whole != expected)
            return false;
        if (__builtin_mul_overflow(expected, tensor->shape[k], &expected))
            return false;
    }
    return true;
}

static bool storage_read(const struct pickle_machine *machine, struct pickled_tensor *tensor,
                         const struct pickle_value *storage)
{
    if (storage->kind != PICKLE_STORAGE)
        return false;
    const struct pickle_value *class = item(machine, storage, 1), *name = item(machine, storage, 2),
                              *count = item(machine, storage, 4);
    int type;
    if (class->kind != PICKLE_CLASS || name->kind != PICKLE_TEXT || count->kind != PICKLE_WHOLE ||
        !pickle_storage_type(class->whole, &type))
        return false;
    tensor->type = (enum dtype)type;
    tensor->storage = name->text;
    tensor->storage_size = name->count;
    tensor->storage_count = count->whole;
    return true;
}

static bool tensor_read(struct walk *walk, const struct pickle_value *value, const char *name)
{
    const struct pickle_machine *machine = walk->machine;
    const struct pickle_value *offset = item(machine, value, 1), *strides = item(machine, value, 3);
    struct pickled_tensor tensor = { .offset = offset->whole };
    if (offset->kind != PICKLE_WHOLE || !storage_read(machine, &tensor, item(machine, value, 0)) ||
        !shape_read(machine, &tensor, item(machine, value, 2), strides))
        return fail(walk->error, LACUNA_MODEL,
                    "%.200s: tensor %.100s is not described as PyTorch describes tensors", walk->path, name);
    if (!is_contiguous(machine, &tensor, strides))
        return fail(walk->error, LACUNA_MODEL,
                    "%.200s: tensor %.100s is not contiguous; save a contiguous copy of it", walk->path,
                    name);
    struct pickled_tensors *tensors = walk->tensors;
    tensors->at = memory_grow(tensors->at, &tensors->room, tensors->count + 1, sizeof *tensors->at);
    tensor.name = memory_text(name, strlen(name));
    tensors->at[tensors->count++] = tensor;
    return true;
}

/* A wrapper around the one state is not part of the names. */
static bool is_wrapper(const struct pickle_value *key)
{
    static const char *const wrappers[] = { "state_dict", "model_state_dict", "module" };
    for (size_t k = 0; k < sizeof wrappers / sizeof *wrappers; k++)
        if (key->count == strlen(wrappers[k]) && !memcmp(key->text, wrappers[k], key->count))
            return true;
    return false;
}

static bool dict_walk(struct walk *walk, uint32_t dict, const char *prefix, int depth);

static bool pair_walk(struct walk *walk, const struct pickle_pair *pair, const char *prefix, int depth)
{
    const struct pickle_value *key = &walk->machine->values[pair->key],
                              *value = &walk->machine->values[pair->value];
    if (value->kind != PICKLE_TENSOR && value->kind != PICKLE_DICT)
        return true;
    if (key->kind != PICKLE_TEXT || memchr(key->text, 0, key->count))
        return fail(walk->error, LACUNA_MODEL, "%.200s: a tensor's key is no name", walk->path);
    struct buffer name = { 0 };
    bool wrapper = value->kind == PICKLE_DICT && !*prefix && is_wrapper(key);
    buffer_print(&name, "%s%s%.*s", prefix, *prefix ? "." : "",
                 wrapper ? 0 : (int)(key->count < 4096 ? key->count : 4096), key->text);
    bool fine = value->kind == PICKLE_TENSOR
                    ? tensor_read(walk, value, name.at)
                    : dict_walk(walk, pair->value, name.at ? name.at : "", depth + 1);
    buffer_free(&name);
    return fine;
}

static int dict_order(const void *left, const void *right)
{
    const struct pickle_pair *a = left, *b = right;
    return (a->dict > b->dict) - (a->dict < b->dict);
}

/* Of the pairs in order of their dictionaries. */
static size_t first_pair(const struct pickle_machine *machine, uint32_t dict)
{
    size_t low = 0, high = machine->pair_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (machine->pairs[middle].dict < dict)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool dict_walk(struct walk *walk, uint32_t dict, const char *prefix, int depth)
{
    const struct pickle_machine *machine = walk->machine;
    if (depth > DEPTH_MAX)
        return fail(walk->error, LACUNA_MODEL, "%.200s: its dictionaries are nested more than %d deep",
                    walk->path, DEPTH_MAX);
    if (walk->seen[dict])
        return true;
    walk->seen[dict] = true;
    for (size_t k = first_pair(machine, dict); k < machine->pair_count && machine->pairs[k].dict == dict; k++)
        if (!pair_walk(walk, &machine->pairs[k], prefix, depth))
            return false;
    return true;
}

bool pickle_read(struct pickled_tensors *tensors, const char *path, const uint8_t *bytes, size_t size,
                 struct lacuna_error *error)
{
    struct pickle_machine machine;
    uint32_t result = 0;
    *tensors = (struct pickled_tensors){ 0 };
    bool fine = pickle_run(&machine, &result, path, bytes, size, error);
    if (fine && machine.values[result].kind != PICKLE_DICT)
        fine = fail(error, LACUNA_MODEL, "%s: holds no dictionary of tensors", path);
    if (fine) {
        if (machine.pair_count)
            qsort(machine.pairs, machine.pair_count, sizeof *machine.pairs, dict_order);
        struct walk walk = { &machine, tensors, path, memory_new(machine.value_count, sizeof(bool)), error };
        fine = dict_walk(&walk, result, "", 0);
        free(walk.seen);
    }
    pickle_machine_free(&machine);
    if (!fine)
        pickled_tensors_free(tensors);
    return fine;
}

void pickled_tensors_free(struct pickled_tensors *tensors)
{
    for (size_t k = 0; k < tensors->count; k++)
        free(tensors->at[k].name);
    free(tensors->at);
    *tensors = (struct pickled_tensors){ 0 };
}
