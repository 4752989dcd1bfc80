#include "model/format/checkpoint.h"

#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/format/dtype.h"
#include "model/format/reader.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SHARD_MAX = 4096 };

struct checkpoint {
    char *path;
    const char *format;
    json_t *config;
    struct tensor *tensors;
    size_t count, room;
    struct mapping *files;
    size_t file_count, file_room;
    void **kept;
    size_t kept_count, kept_room;
};

/* ---- what readers call */

void checkpoint_add(struct checkpoint *checkpoint, const struct tensor *tensor)
{
    checkpoint->tensors =
        memory_grow(checkpoint->tensors, &checkpoint->room, checkpoint->count + 1, sizeof *tensor);
    struct tensor *place = &checkpoint->tensors[checkpoint->count++];
    *place = *tensor;
    place->name = memory_text(tensor->name, strlen(tensor->name));
}

void checkpoint_configure(struct checkpoint *checkpoint, json_t *config)
{
    json_decref(checkpoint->config);
    checkpoint->config = config;
}

void checkpoint_keep(struct checkpoint *checkpoint, void *data)
{
    checkpoint->kept = memory_grow(checkpoint->kept, &checkpoint->kept_room, checkpoint->kept_count + 1,
                                   sizeof *checkpoint->kept);
    checkpoint->kept[checkpoint->kept_count++] = data;
}

bool shape_size(enum dtype type, int rank, const int64_t *shape, size_t *size)
{
    const struct dtype_row *row = dtype_row(type);
    int64_t elements = 1;
    bool empty = false;
    for (int k = 0; k < rank; k++) {
        empty = empty || shape[k] == 0;
        if (shape[k] < 0 || (shape[k] && __builtin_mul_overflow(elements, shape[k], &elements)))
            return false;
    }
    if (rank > TENSOR_RANK_MAX || (row->block > 1 && (rank < 1 || shape[rank - 1] % row->block)))
        return false;
    int64_t bytes;
    if (__builtin_mul_overflow(empty ? 0 : elements / row->block, (int64_t)row->bytes, &bytes))
        return false;
    *size = (size_t)bytes;
    return true;
}

/* ---- opening */

static int name_order(const void *left, const void *right)
{
    return strcmp(((const struct tensor *)left)->name, ((const struct tensor *)right)->name);
}

static bool names_sort(struct checkpoint *checkpoint, struct lacuna_error *error)
{
    if (checkpoint->count)
        qsort(checkpoint->tensors, checkpoint->count, sizeof *checkpoint->tensors, name_order);
    for (size_t k = 1; k < checkpoint->count; k++)
        if (!name_order(&checkpoint->tensors[k - 1], &checkpoint->tensors[k]))
            return fail(error, LACUNA_MODEL, "%s: holds tensor %.100s twice", checkpoint->path,
                        checkpoint->tensors[k].name);
    return true;
}

static const struct reader *reader_of(const struct mapping *file)
{
    for (const struct reader *const *reader = reader_table; *reader; reader++)
        if ((*reader)->knows(file))
            return *reader;
    return NULL;
}

static bool weights_read(struct checkpoint *checkpoint, const char *path, struct lacuna_error *error)
{
    struct mapping file;
    if (!mapping_open(&file, path, error))
        return false;
    checkpoint->files = memory_grow(checkpoint->files, &checkpoint->file_room, checkpoint->file_count + 1,
                                    sizeof *checkpoint->files);
    checkpoint->files[checkpoint->file_count++] = file;
    const struct reader *reader = reader_of(&file);
    if (!reader)
        return fail(error, LACUNA_MODEL, "%s: is no safetensors, GGUF or PyTorch file", path);
    checkpoint->format = reader->name;
    return reader->read(checkpoint, path, &file, error);
}

/* A shard is a plain name beside its index, so an index can lead neither out of its folder nor to another
 * index. */
static bool shard_name_is_plain(const char *name)
{
    return name && *name && *name != '.' && !strchr(name, '/') && text_ends_with(name, ".safetensors");
}

static bool shards_list(json_t *shards, const json_t *map, const char *path, struct lacuna_error *error)
{
    const char *tensor;
    json_t *value;
    json_object_foreach((json_t *)map, tensor, value)
    {
        const char *name = json_string_value(value);
        if (!shard_name_is_plain(name))
            return fail(error, LACUNA_MODEL,
                        "%.200s: weight_map gives %.100s a file that is no plain .safetensors name", path,
                        tensor);
        json_object_set_new(shards, name, json_true());
    }
    if (json_object_size(shards) > SHARD_MAX)
        return fail(error, LACUNA_MODEL, "%s: names %zu shards, at most %d are read", path,
                    json_object_size(shards), SHARD_MAX);
    return true;
}

static bool shard_read(struct checkpoint *checkpoint, const json_t *map, const char *name, const char *path,
                       struct lacuna_error *error)
{
    size_t before = checkpoint->count;
    if (!weights_read(checkpoint, path, error))
        return false;
    for (size_t k = before; k < checkpoint->count; k++) {
        const char *tensor = checkpoint->tensors[k].name;
        if (strcmp(json_text(map, tensor, ""), name))
            return fail(error, LACUNA_MODEL,
                        "%.200s: holds tensor %.100s, which the index does not place there", path, tensor);
    }
    return true;
}

static bool index_read(struct checkpoint *checkpoint, const char *path, struct lacuna_error *error)
{
    json_t *index = json_from_file(path, error);
    if (!index)
        return false;
    const json_t *map = json_object_get(index, "weight_map");
    json_t *shards = json_object();
    bool fine = json_is_object(map) ? shards_list(shards, map, path, error)
                                    : fail(error, LACUNA_MODEL, "%s: has no weight_map", path);
    char *folder = path_folder(path);
    const char *name;
    json_t *unused;
    json_object_foreach(shards, name, unused)
    {
        char *shard = path_join(folder, name);
        fine = fine && shard_read(checkpoint, map, name, shard, error);
        free(shard);
    }
    if (fine && checkpoint->count != json_object_size(map))
        fine = fail(error, LACUNA_MODEL, "%s: places %zu tensors, its shards hold %zu", path,
                    json_object_size(map), checkpoint->count);
    free(folder);
    json_decref(shards);
    json_decref(index);
    return fine;
}

/* The only file of the folder that a reader knows by its ending, the caller's; NULL: none or several. */
static char *weights_search(const char *folder, struct lacuna_error *error)
{
    DIR *entries = opendir(folder);
    char *found = NULL;
    int count = 0;
    for (struct dirent *entry; entries && (entry = readdir(entries));)
        for (const struct reader *const *reader = reader_table; *reader; reader++)
            if (text_ends_with(entry->d_name, (*reader)->ending)) {
                free(found);
                found = path_join(folder, entry->d_name);
                count++;
            }
    if (entries)
        closedir(entries);
    if (count == 1)
        return found;
    free(found);
    fail(error, LACUNA_MODEL,
         count ? "%s: holds %d files of weights and none is model.safetensors; name one"
               : "%s: holds no weights (model.safetensors, its index, a .gguf or a .pt file); found %d",
         folder, count);
    return NULL;
}

static bool folder_read(struct checkpoint *checkpoint, const char *folder, struct lacuna_error *error)
{
    char *single = path_join(folder, "model.safetensors"),
         *index = path_join(folder, "model.safetensors.index.json");
    bool fine;
    if (file_exists(single)) {
        fine = weights_read(checkpoint, single, error);
    } else if (file_exists(index)) {
        fine = index_read(checkpoint, index, error);
    } else {
        free(single);
        single = weights_search(folder, error);
        fine = single && weights_read(checkpoint, single, error);
    }
    free(single);
    free(index);
    return fine;
}

/* config.json of the folder, unless the weights brought a configuration of their own. */
static bool config_read(struct checkpoint *checkpoint, const char *folder, struct lacuna_error *error)
{
    if (checkpoint->config)
        return true;
    char *path = path_join(folder, "config.json");
    bool fine = true;
    if (file_exists(path)) {
        checkpoint->config = json_from_file(path, error);
        if (!checkpoint->config)
            fine = false;
        else if (!json_is_object(checkpoint->config))
            fine = fail(error, LACUNA_MODEL, "%s: is no JSON object", path);
    } else {
        checkpoint->config = json_object();
    }
    free(path);
    return fine;
}

/* training_args.json beside the weights, where Diffusion-LM and DiffuSeq keep what their configuration lacks,
 * becomes "training_args" of the configuration. */
static bool arguments_read(struct checkpoint *checkpoint, const char *folder, struct lacuna_error *error)
{
    char *path = path_join(folder, "training_args.json");
    bool fine = true;
    if (file_exists(path) && !json_object_get(checkpoint->config, "training_args")) {
        json_t *arguments = json_from_file(path, error);
        fine = json_is_object(arguments) ||
               (arguments ? fail(error, LACUNA_MODEL, "%s: is no JSON object", path) : false);
        if (fine)
            json_object_set(checkpoint->config, "training_args", arguments);
        json_decref(arguments);
    }
    free(path);
    return fine;
}

struct checkpoint *checkpoint_open(const char *path, struct lacuna_error *error)
{
    struct checkpoint *checkpoint = memory_new(1, sizeof *checkpoint);
    checkpoint->path = memory_text(path, strlen(path));
    checkpoint->format = "";
    bool folder = file_is_folder(path);
    char *beside = folder ? memory_text(path, strlen(path)) : path_folder(path);
    bool fine = folder                                ? folder_read(checkpoint, path, error)
                : text_ends_with(path, ".index.json") ? index_read(checkpoint, path, error)
                                                      : weights_read(checkpoint, path, error);
    fine = fine && names_sort(checkpoint, error) && config_read(checkpoint, beside, error) &&
           arguments_read(checkpoint, beside, error);
    free(beside);
    if (fine)
        return checkpoint;
    checkpoint_close(checkpoint);
    return NULL;
}

void checkpoint_close(struct checkpoint *checkpoint)
{
    if (!checkpoint)
        return;
    for (size_t k = 0; k < checkpoint->count; k++)
        free((char *)checkpoint->tensors[k].name);
    for (size_t k = 0; k < checkpoint->file_count; k++)
        mapping_close(&checkpoint->files[k]);
    for (size_t k = 0; k < checkpoint->kept_count; k++)
        free(checkpoint->kept[k]);
    json_decref(checkpoint->config);
    free(checkpoint->tensors);
    free(checkpoint->files);
    free(checkpoint->kept);
    free(checkpoint->path);
    free(checkpoint);
}

/* ---- looking things up */

const char *checkpoint_path(const struct checkpoint *checkpoint)
{
    return checkpoint->path;
}

const char *checkpoint_format(const struct checkpoint *checkpoint)
{
    return checkpoint->format;
}

const json_t *checkpoint_config(const struct checkpoint *checkpoint)
{
    return checkpoint->config;
}

size_t checkpoint_count(const struct checkpoint *checkpoint)
{
    return checkpoint->count;
}

const struct tensor *checkpoint_at(const struct checkpoint *checkpoint, size_t index)
{
    return &checkpoint->tensors[index];
}

const struct tensor *checkpoint_find(const struct checkpoint *checkpoint, const char *name)
{
    struct tensor wanted = { .name = name };
    if (!checkpoint->count)
        return NULL;
    return bsearch(&wanted, checkpoint->tensors, checkpoint->count, sizeof wanted, name_order);
}

static void shape_print(char *out, size_t room, const struct tensor *tensor)
{
    size_t used = 0;
    out[0] = 0;
    for (int k = 0; k < tensor->rank && used < room; k++)
        used += (size_t)snprintf(out + used, room - used, "%s%" PRId64, k ? ", " : "", tensor->shape[k]);
}

const struct tensor *checkpoint_need(const struct checkpoint *checkpoint, const char *name, int64_t rows,
                                     int64_t cols, struct lacuna_error *error)
{
    const struct tensor *tensor = checkpoint_find(checkpoint, name);
    if (!tensor) {
        fail(error, LACUNA_MODEL, "%s: tensor %s is missing", checkpoint->path, name);
        return NULL;
    }
    struct tensor wanted = { .rank = cols ? 2 : 1, .shape = { rows, cols } };
    if (tensor->rank == wanted.rank && tensor->shape[0] == rows && (!cols || tensor->shape[1] == cols))
        return tensor;
    char found[200], needed[60];
    shape_print(found, sizeof found, tensor);
    shape_print(needed, sizeof needed, &wanted);
    fail(error, LACUNA_MODEL, "%.200s: tensor %.100s has the shape [%.60s], the configuration needs [%s]",
         checkpoint->path, name, found, needed);
    return NULL;
}
