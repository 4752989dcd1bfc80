/* Unicode normal form NFD. */
#include "model/tokenizer/compose.h"
#include "model/tokenizer/part.h"

static bool nfd_run(const void *state, const char *text, size_t size, bool begins, struct pieces *out,
                    struct lacuna_error *error)
{
    (void)state;
    (void)error;
    size_t start = out->text.size;
    text_compose(text, size, false, false, &out->text);
    pieces_close(out, start, begins);
    return true;
}

const struct stage normalizer_nfd = { .type = "NFD", .run = nfd_run };
