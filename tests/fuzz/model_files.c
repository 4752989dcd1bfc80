/* The files of a model's folder that belong together: the input is cut at the first two
 * 0 bytes, and its first byte says
 * which files the parts are. */
#undef NDEBUG
#include "model/base/file.h"
#include "model/format/checkpoint.h"
#include "model/tokenizer/tokenizer.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PARTS = 3 };

static const char *const sets[][PARTS] = {
    { "vocab.json", "merges.txt", "tokenizer_config.json" },
    { "vocab.txt", "tokenizer_config.json", "config.json" },
    { "model.safetensors.index.json", "config.json", "a.safetensors" },
    { "vocab.json", "config.json", "tokenizer_config.json" },
};

static void parts_put(const char *folder, const char *const *names, const uint8_t *data, size_t size)
{
    for (int k = 0; k < PARTS; k++) {
        const uint8_t *end = k + 1 < PARTS && size ? memchr(data, 0, size) : NULL;
        size_t length = end ? (size_t)(end - data) : size;
        char *path = path_join(folder, names[k]);
        FILE *file = fopen(path, "wb");
        if (!file || fwrite(data, 1, length, file) != length || fclose(file))
            abort();
        free(path);
        data += length + (end != NULL);
        size -= length + (end != NULL);
    }
}

static void parts_remove(const char *folder, const char *const *names)
{
    for (int k = 0; k < PARTS; k++) {
        char *path = path_join(folder, names[k]);
        remove(path);
        free(path);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    char folder[] = "/dev/shm/lacuna-fuzz-XXXXXX", elsewhere[] = "/tmp/lacuna-fuzz-XXXXXX";
    char *place = mkdtemp(folder) ? folder : mkdtemp(elsewhere);
    const char *const *names = sets[data[0] % (sizeof sets / sizeof *sets)];
    struct lacuna_error error = { 0 };
    parts_put(place, names, data + 1, size - 1);
    struct tokenizer *tokenizer = tokenizer_open(place, &error);
    assert(tokenizer || error.message[0]);
    tokenizer_close(tokenizer);
    error.message[0] = 0;
    struct checkpoint *checkpoint = checkpoint_open(place, &error);
    assert(checkpoint || error.message[0]);
    checkpoint_close(checkpoint);
    parts_remove(place, names);
    remove(place);
    return 0;
}
