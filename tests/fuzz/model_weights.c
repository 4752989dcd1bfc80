/* safetensors, GGUF and PyTorch files: refused with a message, or every tensor can be read to its end. */
#undef NDEBUG
#include "model/format/checkpoint.h"
#include "tests/fuzz/allocation.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/memory_file.h"

#include <assert.h>

static void tensor_read(const struct tensor *tensor)
{
    int block = dtype_block(tensor->type);
    float values[256];
    for (int64_t at = 0, count = tensor_elements(tensor); at < count; at += block)
        tensor_to_f32(tensor, at, block, values);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct memory_file file = memory_file_new(data, size);
    struct lacuna_error error = { 0 };
    allocation_begin(size);
    struct checkpoint *checkpoint = checkpoint_open(file.path, &error);
    assert(checkpoint || error.message[0]);
    for (size_t k = 0; checkpoint && k < checkpoint_count(checkpoint); k++) {
        const struct tensor *tensor = checkpoint_at(checkpoint, k);
        assert(tensor->size == dtype_bytes(tensor->type, tensor_elements(tensor)));
        tensor_read(tensor);
    }
    checkpoint_close(checkpoint);
    allocation_end();
    memory_file_free(&file);
    return 0;
}
