/* ByteFallback: a token <0xE2> is that byte. Bytes that form no UTF-8 are kept. */
#include "model/tokenizer/part.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static int fallback_byte(const char *token, size_t size)
{
    if (size != 6 || memcmp(token, "<0x", 3) || token[5] != '>' || !isxdigit((unsigned char)token[3]) ||
        !isxdigit((unsigned char)token[4]))
        return -1;
    char digits[3] = { token[3], token[4], 0 };
    return (int)strtol(digits, NULL, 16);
}

static bool byte_fallback_run(const void *state, const struct pieces *in, struct pieces *out,
                              struct lacuna_error *error)
{
    (void)state;
    (void)error;
    for (size_t k = 0; k < in->count; k++) {
        int byte = fallback_byte(piece_bytes(in, k), in->at[k].size);
        char raw = (char)byte;
        if (byte >= 0)
            pieces_add(out, &raw, 1, false);
        else
            pieces_add(out, piece_bytes(in, k), in->at[k].size, false);
    }
    return true;
}

const struct stage decoder_byte_fallback = { .type = "ByteFallback", .run_all = byte_fallback_run };
