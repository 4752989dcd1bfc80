/* Fuse: all tokens become one. */
#include "model/tokenizer/part.h"

static bool fuse_run(const void *state, const struct pieces *in, struct pieces *out,
                     struct lacuna_error *error)
{
    (void)state;
    (void)error;
    size_t start = out->text.size;
    for (size_t k = 0; k < in->count; k++)
        buffer_add(&out->text, piece_bytes(in, k), in->at[k].size);
    pieces_close(out, start, true);
    return true;
}

const struct stage decoder_fuse = { .type = "Fuse", .run_all = fuse_run };
