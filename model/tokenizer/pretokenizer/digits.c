/* Digits: numbers apart from the rest, together or (individual_digits) each for itself. */
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/tokenizer/letters.h"
#include "model/tokenizer/part.h"
#include "model/tokenizer/pattern.h"

#include <stdlib.h>

static bool digits_open(void **state, const json_t *options, struct lacuna_error *error)
{
    (void)error;
    enum behavior *behavior = memory_new(1, sizeof *behavior);
    *behavior = json_flag(options, "individual_digits", false) ? ISOLATED : CONTIGUOUS;
    *state = behavior;
    return true;
}

static bool digits_run(const void *state, const char *text, size_t size, bool begins, struct pieces *out,
                       struct lacuna_error *error)
{
    (void)error;
    const enum behavior *behavior = state;
    size_t count;
    struct match *matches = letters_cut(letter_is_number, text, size, &count);
    matches_to_pieces(matches, count, *behavior, text, begins, out);
    free(matches);
    return true;
}

const struct stage pretokenizer_digits = {
    .type = "Digits", .open = digits_open, .close = free, .run = digits_run
};
