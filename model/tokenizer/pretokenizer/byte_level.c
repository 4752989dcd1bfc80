/* ByteLevel: GPT-2's pieces (Radford et al. 2019); the model spells their bytes as letters. */
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/tokenizer/part.h"
#include "model/tokenizer/pattern.h"

#include <stdlib.h>
#include <string.h>

struct byte_level {
    struct pattern *pattern; /* NULL: pieces stay whole */
    bool prefix;
};

static bool byte_level_open(void **state, const json_t *options, struct lacuna_error *error)
{
    static const char regex[] =
        "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
    struct pattern *pattern = NULL;
    if (json_flag(options, "use_regex", true) && !(pattern = pattern_from_regex(regex, strlen(regex), error)))
        return false;
    struct byte_level *level = memory_new(1, sizeof *level);
    *level =
        (struct byte_level){ .pattern = pattern, .prefix = json_flag(options, "add_prefix_space", true) };
    *state = level;
    return true;
}

static void byte_level_close(void *state)
{
    struct byte_level *level = state;
    pattern_free(level->pattern);
    free(level);
}

static bool byte_level_cut(const struct byte_level *level, const char *text, size_t size, bool begins,
                           struct pieces *out, struct lacuna_error *error)
{
    if (!level->pattern) {
        pieces_add(out, text, size, begins);
        return true;
    }
    size_t count;
    struct match *matches = pattern_cut(level->pattern, text, size, &count, error);
    if (!matches)
        return false;
    matches_to_pieces(matches, count, ISOLATED, text, begins, out);
    free(matches);
    return true;
}

static bool byte_level_run(const void *state, const char *text, size_t size, bool begins, struct pieces *out,
                           struct lacuna_error *error)
{
    const struct byte_level *level = state;
    if (!level->prefix || !size || text[0] == ' ')
        return byte_level_cut(level, text, size, begins, out, error);
    struct buffer longer = { 0 };
    buffer_add_byte(&longer, ' ');
    buffer_add(&longer, text, size);
    bool fine = byte_level_cut(level, longer.at, longer.size, begins, out, error);
    buffer_free(&longer);
    return fine;
}

const struct stage pretokenizer_byte_level = {
    .type = "ByteLevel",
    .byte_level = true,
    .open = byte_level_open,
    .close = byte_level_close,
    .run = byte_level_run,
};
