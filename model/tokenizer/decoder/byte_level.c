/* ByteLevel: spellings in the byte alphabet back to bytes; a spelling that holds another character stays as
 * it is. */
#include "model/tokenizer/letters.h"
#include "model/tokenizer/part.h"

static bool byte_level_run(const void *state, const struct pieces *in, struct pieces *out,
                           struct lacuna_error *error)
{
    (void)state;
    (void)error;
    size_t start = out->text.size;
    for (size_t k = 0; k < in->count; k++)
        if (!letters_to_bytes(piece_bytes(in, k), in->at[k].size, &out->text))
            buffer_add(&out->text, piece_bytes(in, k), in->at[k].size);
    pieces_close(out, start, true);
    return true;
}

const struct stage decoder_byte_level = { .type = "ByteLevel", .run_all = byte_level_run };
