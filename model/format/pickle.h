/* pickle.h - the part of Python's pickle protocol (2 to 5) that names of tensors are saved in, and nothing
 * that could run code: every class but those of tensors, their storages and ordered dictionaries is refused,
 * and so is every opcode that they do not need. */
#ifndef MODEL_FORMAT_PICKLE_H
#define MODEL_FORMAT_PICKLE_H

#include "model/format/checkpoint.h"

/* A tensor as PyTorch states it: a part of the storage of that name. */
struct pickled_tensor {
    char *name; /* keys of nested dictionaries are joined by points */
    enum dtype type;
    const char *storage; /* storage_size bytes of the pickle: the name of an entry in data/ */
    size_t storage_size;
    int64_t storage_count; /* values in the storage */
    int64_t offset;        /* values before the first */
    int rank;
    int64_t shape[TENSOR_RANK_MAX];
};

struct pickled_tensors {
    struct pickled_tensor *at;
    size_t count, room;
};

/* The tensors of the dictionary that `size` bytes hold, contiguous ones alone. false: error names path, byte
 * and reason. */
bool pickle_read(struct pickled_tensors *tensors, const char *path, const uint8_t *bytes, size_t size,
                 struct lacuna_error *error);
void pickled_tensors_free(struct pickled_tensors *tensors);

#endif
