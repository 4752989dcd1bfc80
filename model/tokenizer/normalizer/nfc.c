/* Unicode normal form NFC. */
#include "model/tokenizer/compose.h"
#include "model/tokenizer/part.h"

static bool nfc_run(const void *state, const char *text, size_t size, bool begins, struct pieces *out,
                    struct lacuna_error *error)
{
    (void)state;
    (void)error;
    size_t start = out->text.size;
    text_compose(text, size, true, false, &out->text);
    pieces_close(out, start, begins);
    return true;
}

const struct stage normalizer_nfc = { .type = "NFC", .run = nfc_run };
