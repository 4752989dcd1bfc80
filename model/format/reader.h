/* reader.h - one file format of weights is one file in reader/ and one row.
 *
 * A reader checks the whole directory of its file before it adds a tensor: names are new, shapes fit the
 * type, data lie inside the mapping and do not overlap. */
#ifndef MODEL_FORMAT_READER_H
#define MODEL_FORMAT_READER_H

#include "model/base/file.h"
#include "model/format/checkpoint.h"

struct reader {
    const char *name;   /* "GGUF" */
    const char *ending; /* ".gguf"; files of a folder are found by it */
    bool (*knows)(const struct mapping *file);
    /* Adds the file's tensors (checkpoint_add) and what it states about the model (checkpoint_configure). */
    bool (*read)(struct checkpoint *checkpoint, const char *path, const struct mapping *file,
                 struct lacuna_error *error);
};

extern const struct reader *const reader_table[];

/* For readers: `tensor` is copied, with its name; its data stay borrowed from the mapping. */
void checkpoint_add(struct checkpoint *checkpoint, const struct tensor *tensor);
/* Takes over `config` in place of config.json's. */
void checkpoint_configure(struct checkpoint *checkpoint, json_t *config);
/* Takes over `data` (malloc'd), which tensors that could not be borrowed from the mapping lie in. */
void checkpoint_keep(struct checkpoint *checkpoint, void *data);

/* rank ≤ TENSOR_RANK_MAX, no dimension negative, whole blocks, no overflow: then *size is what the tensor
 * needs. */
bool shape_size(enum dtype type, int rank, const int64_t *shape, size_t *size);

#endif
