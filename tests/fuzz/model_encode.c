/* Any bytes at all through a byte-level tokenizer and back are the same bytes. */
#undef NDEBUG
#include "model/tokenizer/bpe_train.h"
#include "model/tokenizer/tokenizer.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static struct tokenizer *tokenizer_new(void)
{
    static const char text[] =
        "the cat sat on the mat, the dog sat on the log: it's the end of the tale, isn't it? the the the";
    static const char *const specials[] = { "<mask>" };
    struct lacuna_error error = { 0 };
    struct piece_counts *counts = piece_counts_new(NULL, &error);
    piece_counts_add(counts, text, strlen(text), &error);
    struct bpe_recipe recipe = { .vocabulary = 277, .specials = specials, .special_count = 1 };
    json_t *spec = bpe_train(counts, &recipe, &error);
    piece_counts_free(counts);
    struct tokenizer *tokenizer = tokenizer_from_json(spec, "learnt", &error);
    json_decref(spec);
    return tokenizer;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct tokenizer *tokenizer;
    tokenizer = tokenizer ? tokenizer : tokenizer_new();
    struct lacuna_error error = { 0 };
    for (int special = 0; special < 2; special++) {
        struct ids ids = { 0 };
        size_t length;
        assert(tokenizer_encode(tokenizer, (const char *)data, size, special, &ids, &error));
        char *back = tokenizer_decode(tokenizer, ids.at, ids.count, true, &length, &error);
        assert(back && length == size && (!size || !memcmp(back, data, size)));
        free(back);
        ids_free(&ids);
    }
    return 0;
}
