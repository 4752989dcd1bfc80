/* PyTorch's .pt: a ZIP archive of a pickle that describes tensors (data.pkl) and of their storages (data/0,
 * …). */
#include "model/base/buffer.h"
#include "model/base/memory.h"
#include "model/format/dtype.h"
#include "model/format/pickle.h"
#include "model/format/reader.h"
#include "model/format/zip.h"

#include <stdlib.h>
#include <string.h>

static bool knows(const struct mapping *file)
{
    return file->size >= 4 && !memcmp(file->at, "PK\3\4", 4);
}

/* The one entry that is called data.pkl, whatever folder of the archive it lies in. */
static const struct zip_entry *pickle_of(const struct zip *zip)
{
    static const char name[] = "data.pkl";
    for (size_t k = 0; k < zip->count; k++) {
        const struct zip_entry *entry = &zip->entries[k];
        size_t size = strlen(name);
        if (entry->name_size >= size && !memcmp(entry->name + entry->name_size - size, name, size) &&
            (entry->name_size == size || entry->name[entry->name_size - size - 1] == '/'))
            return entry;
    }
    return NULL;
}

static const struct zip_entry *entry_beside(const struct zip *zip, const struct zip_entry *pickle,
                                            const char *name, size_t size)
{
    struct buffer whole = { 0 };
    buffer_add(&whole, pickle->name, pickle->name_size - strlen("data.pkl"));
    buffer_add(&whole, name, size);
    const struct zip_entry *found = zip_find(zip, whole.at, whole.size);
    buffer_free(&whole);
    return found;
}

static const struct zip_entry *storage_of(const struct zip *zip, const struct zip_entry *pickle,
                                          const struct pickled_tensor *tensor)
{
    struct buffer name = { 0 };
    buffer_add_text(&name, "data/");
    buffer_add(&name, tensor->storage, tensor->storage_size);
    const struct zip_entry *found = entry_beside(zip, pickle, name.at, name.size);
    buffer_free(&name);
    return found;
}

static bool tensor_add(struct checkpoint *checkpoint, const char *path, const struct zip_entry *storage,
                       const struct pickled_tensor *pickled, struct lacuna_error *error)
{
    struct tensor tensor = { .name = pickled->name, .type = pickled->type, .rank = pickled->rank };
    memcpy(tensor.shape, pickled->shape, sizeof tensor.shape);
    size_t width = dtype_bytes(pickled->type, 1);
    if (!storage || pickled->storage_count < 0 || (uint64_t)pickled->storage_count > storage->size / width)
        return fail(error, LACUNA_MODEL, "%.200s: the storage of tensor %.100s is missing or too short", path,
                    pickled->name);
    size_t room = (size_t)pickled->storage_count * width;
    if (!shape_size(tensor.type, tensor.rank, tensor.shape, &tensor.size) || pickled->offset < 0 ||
        pickled->offset > pickled->storage_count || tensor.size > room - (size_t)pickled->offset * width)
        return fail(error, LACUNA_MODEL, "%.200s: tensor %.100s reaches past the end of its storage", path,
                    pickled->name);
    tensor.data = storage->data + (size_t)pickled->offset * width;
    checkpoint_add(checkpoint, &tensor);
    return true;
}

static bool archive_read(struct checkpoint *checkpoint, const char *path, const struct zip *zip,
                         struct lacuna_error *error)
{
    const struct zip_entry *pickle = pickle_of(zip);
    if (!pickle)
        return fail(error, LACUNA_MODEL, "%s: is an archive without data.pkl", path);
    const struct zip_entry *order = entry_beside(zip, pickle, "byteorder", strlen("byteorder"));
    if (order && (order->size < 6 || memcmp(order->data, "little", 6)))
        return fail(error, LACUNA_MODEL, "%s: its numbers are big-endian, which is not supported", path);
    struct pickled_tensors tensors;
    if (!pickle_read(&tensors, path, pickle->data, pickle->size, error))
        return false;
    bool fine = true;
    for (size_t k = 0; fine && k < tensors.count; k++)
        fine = tensor_add(checkpoint, path, storage_of(zip, pickle, &tensors.at[k]), &tensors.at[k], error);
    pickled_tensors_free(&tensors);
    return fine;
}

static bool read_file(struct checkpoint *checkpoint, const char *path, const struct mapping *file,
                      struct lacuna_error *error)
{
    struct zip zip;
    if (!zip_open(&zip, path, file, error))
        return false;
    bool fine = archive_read(checkpoint, path, &zip, error);
    zip_close(&zip);
    return fine;
}

const struct reader reader_pytorch = {
    .name = "PyTorch", .ending = ".pt", .knows = knows, .read = read_file
};
