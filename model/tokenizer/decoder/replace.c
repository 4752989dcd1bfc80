#include "model/tokenizer/replace.h"

#include "model/base/utf8.h"
#include "model/tokenizer/part.h"

/* Pieces that are no UTF-8 (bytes of a cut character) hold no match. */
static bool tokens_replace(const void *state, const struct pieces *in, struct pieces *out,
                           struct lacuna_error *error)
{
    for (size_t k = 0; k < in->count; k++) {
        const char *token = piece_bytes(in, k);
        size_t size = in->at[k].size, start = out->text.size;
        if (utf8_valid(token, size) < size)
            buffer_add(&out->text, token, size);
        else if (!replace_run(state, token, size, &out->text, error))
            return false;
        pieces_close(out, start, false);
    }
    return true;
}

const struct stage decoder_replace = {
    .type = "Replace",
    .open = replace_open,
    .close = replace_close,
    .run_all = tokens_replace,
};
