/* The files of a model's folder that belong together: the input is cut at the first two 0 bytes, and its
 * first byte says which files the parts are. Refused with a message, or the network that they describe can be
 * run. */
#undef NDEBUG
#include "model/base/file.h"
#include "model/format/checkpoint.h"
#include "model/network/denoiser.h"
#include "model/tensor/engine.h"
#include "model/tokenizer/tokenizer.h"
#include "tests/fuzz/allocation.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PARTS = 3, ROWS = 4, LOGITS_MAX = 1 << 20 };

static const char *const sets[][PARTS] = {
    { "vocab.json", "merges.txt", "tokenizer_config.json" },
    { "vocab.txt", "tokenizer_config.json", "config.json" },
    { "model.safetensors.index.json", "config.json", "a.safetensors" },
    { "vocab.json", "config.json", "tokenizer_config.json" },
    { "config.json", "tokenizer_config.json", "model.safetensors" },
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

static void tokenizer_try(const char *place)
{
    struct lacuna_error error = { 0 };
    struct tokenizer *tokenizer = tokenizer_open(place, &error);
    assert(tokenizer || error.message[0]);
    tokenizer_close(tokenizer);
}

static void network_run(const struct denoiser *denoiser)
{
    static float logits[LOGITS_MAX];
    static const int32_t ids[ROWS] = { 0, 1, 0, 1 }, positions[ROWS] = { 0, 1, 2, 3 };
    static const int wanted[] = { 1 };
    struct lacuna_error error = { 0 };
    struct denoiser_session *session = denoiser_session_new(denoiser, &error);
    struct rows rows = {
        .ids = ids, .positions = positions, .count = ROWS, .wanted = wanted, .wanted_count = 1, .time = 0.5f
    };
    assert(session || error.message[0]);
    if (session && denoiser_framing(denoiser)->vocabulary <= LOGITS_MAX)
        assert(denoiser_forward(session, &rows, NULL, logits, NULL, &error) || error.message[0]);
    denoiser_session_free(session);
}

static void network_try(const struct checkpoint *checkpoint)
{
    static struct engine *engine;
    struct lacuna_error error = { 0 };
    engine = engine ? engine : engine_new(1, &error);
    assert(engine);
    struct denoiser *denoiser = denoiser_open(checkpoint, engine, &error);
    assert(denoiser || error.message[0]);
    if (denoiser)
        network_run(denoiser);
    denoiser_close(denoiser);
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
    allocation_begin(size);
    tokenizer_try(place);
    struct checkpoint *checkpoint = checkpoint_open(place, &error);
    allocation_end();
    assert(checkpoint || error.message[0]);
    if (checkpoint)
        network_try(checkpoint);
    checkpoint_close(checkpoint);
    parts_remove(place, names);
    remove(place);
    return 0;
}
