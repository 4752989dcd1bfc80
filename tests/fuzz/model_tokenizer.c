/* tokenizer.json and the vocabularies of GGUF files: refused with a message, or they encode and decode. */
#undef NDEBUG
#include "model/tokenizer/tokenizer.h"
#include "tests/fuzz/allocation.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/memory_file.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const char text[] =
    "The Cat's  12 \xc3\xa9t\xc3\xa9s, \xe6\x97\xa5\xe6\x9c\xac <mask> unaffable\n\xff \xf0\x9f\x98\x80 ab";

static void use(const struct tokenizer *tokenizer)
{
    struct lacuna_error error = { 0 };
    struct ids ids = { 0 };
    size_t size;
    if (tokenizer_encode(tokenizer, text, strlen(text), true, &ids, &error)) {
        char *back = tokenizer_decode(tokenizer, ids.at, ids.count, true, &size, &error);
        assert(back || error.message[0]);
        free(back);
    } else {
        assert(error.message[0]);
    }
    for (int32_t id = -1; id <= tokenizer_size(tokenizer); id++)
        tokenizer_piece(tokenizer, id, &size);
    ids_free(&ids);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct memory_file file = memory_file_new(data, size);
    struct lacuna_error error = { 0 };
    allocation_begin(size);
    struct tokenizer *tokenizer = tokenizer_open(file.path, &error);
    assert(tokenizer || error.message[0]);
    if (tokenizer)
        use(tokenizer);
    tokenizer_close(tokenizer);
    allocation_end();
    memory_file_free(&file);
    return 0;
}
