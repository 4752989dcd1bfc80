#include "model/tokenizer/replace.h"

#include "model/tokenizer/part.h"

static bool text_replace(const void *state, const char *text, size_t size, bool begins, struct pieces *out,
                         struct lacuna_error *error)
{
    size_t start = out->text.size;
    if (!replace_run(state, text, size, &out->text, error))
        return false;
    pieces_close(out, start, begins);
    return true;
}

const struct stage normalizer_replace = {
    .type = "Replace",
    .open = replace_open,
    .close = replace_close,
    .run = text_replace,
};
