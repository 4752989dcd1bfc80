#include "model/base/utf8.h"
#include "model/tokenizer/lower.h"
#include "model/tokenizer/part.h"

static bool lowercase_run(const void *state, const char *text, size_t size, bool begins, struct pieces *out,
                          struct lacuna_error *error)
{
    (void)state;
    (void)error;
    size_t start = out->text.size;
    uint32_t code;
    for (size_t at = 0, length; at < size && (length = utf8_decode(text + at, size - at, &code));
         at += length)
        buffer_add_lower(&out->text, code);
    pieces_close(out, start, begins);
    return true;
}

const struct stage normalizer_lowercase = { .type = "Lowercase", .run = lowercase_run };
