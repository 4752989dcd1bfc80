/* GGUF: the tensors under the names that the family's safetensors have, and the configuration in their words.
 */
#include "model/format/gguf.h"

#include "model/format/reader.h"

#include <stdlib.h>
#include <string.h>

static bool knows(const struct mapping *file)
{
    return file->size >= 4 && !memcmp(file->at, "GGUF", 4);
}

static bool read_file(struct checkpoint *checkpoint, const char *path, const struct mapping *file,
                      struct lacuna_error *error)
{
    struct gguf gguf;
    if (!gguf_open(&gguf, path, file, error))
        return false;
    for (size_t k = 0; k < gguf.tensor_count; k++) {
        struct tensor tensor = gguf.tensors[k];
        char *name = gguf_tensor_name(&gguf, tensor.name);
        tensor.name = name ? name : tensor.name;
        checkpoint_add(checkpoint, &tensor);
        free(name);
    }
    checkpoint_configure(checkpoint, gguf_config(&gguf));
    gguf_close(&gguf);
    return true;
}

const struct reader reader_gguf = { .name = "GGUF", .ending = ".gguf", .knows = knows, .read = read_file };
