/* Punctuation: its marks apart from the rest. */
#include "model/base/memory.h"
#include "model/tokenizer/letters.h"
#include "model/tokenizer/part.h"
#include "model/tokenizer/pattern.h"

#include <stdlib.h>

static bool punctuation_open(void **state, const json_t *options, struct lacuna_error *error)
{
    enum behavior behavior;
    if (!behavior_read(&behavior, options, ISOLATED, error))
        return false;
    enum behavior *kept = memory_new(1, sizeof *kept);
    *kept = behavior;
    *state = kept;
    return true;
}

static bool punctuation_run(const void *state, const char *text, size_t size, bool begins, struct pieces *out,
                            struct lacuna_error *error)
{
    (void)error;
    const enum behavior *behavior = state;
    size_t count;
    struct match *matches = letters_cut(letter_is_punctuation, text, size, &count);
    matches_to_pieces(matches, count, *behavior, text, begins, out);
    free(matches);
    return true;
}

const struct stage pretokenizer_punctuation = {
    .type = "Punctuation",
    .open = punctuation_open,
    .close = free,
    .run = punctuation_run,
};
