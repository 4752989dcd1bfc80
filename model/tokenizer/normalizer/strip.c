/* Strip: blanks off the left end, the right end or both. */
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/base/utf8.h"
#include "model/tokenizer/letters.h"
#include "model/tokenizer/part.h"

#include <stdlib.h>

struct strip {
    bool left, right;
};

static bool strip_open(void **state, const json_t *options, struct lacuna_error *error)
{
    (void)error;
    struct strip *strip = memory_new(1, sizeof *strip);
    strip->left = json_flag(options, "strip_left", true);
    strip->right = json_flag(options, "strip_right", true);
    *state = strip;
    return true;
}

static bool strip_run(const void *state, const char *text, size_t size, bool begins, struct pieces *out,
                      struct lacuna_error *error)
{
    (void)error;
    const struct strip *strip = state;
    size_t first = 0, last = strip->right ? 0 : size;
    bool inside = false;
    uint32_t code;
    for (size_t at = 0, length; at < size && (length = utf8_decode(text + at, size - at, &code));
         at += length) {
        bool blank = letter_is_space(code);
        if (strip->left && !inside)
            first = blank ? at + length : at;
        inside = inside || !blank;
        if (strip->right && !blank)
            last = at + length;
    }
    pieces_add(out, text + first, last > first ? last - first : 0, begins);
    return true;
}

const struct stage normalizer_strip = {
    .type = "Strip", .open = strip_open, .close = free, .run = strip_run
};
