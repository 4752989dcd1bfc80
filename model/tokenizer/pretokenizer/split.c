/* Split: by a pattern, or by what lies between its matches (invert). */
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/tokenizer/part.h"
#include "model/tokenizer/pattern.h"

#include <stdlib.h>

struct split {
    struct pattern *pattern;
    enum behavior behavior;
    bool invert;
};

static bool split_open(void **state, const json_t *options, struct lacuna_error *error)
{
    enum behavior behavior;
    if (!behavior_read(&behavior, options, ISOLATED, error))
        return false;
    struct pattern *pattern = pattern_open(json_object_get(options, "pattern"), error);
    if (!pattern)
        return false;
    struct split *split = memory_new(1, sizeof *split);
    *split = (struct split){ .pattern = pattern,
                             .behavior = behavior,
                             .invert = json_flag(options, "invert", false) };
    *state = split;
    return true;
}

static void split_close(void *state)
{
    struct split *split = state;
    pattern_free(split->pattern);
    free(split);
}

static bool split_run(const void *state, const char *text, size_t size, bool begins, struct pieces *out,
                      struct lacuna_error *error)
{
    const struct split *split = state;
    size_t count;
    struct match *matches = pattern_cut(split->pattern, text, size, &count, error);
    if (!matches)
        return false;
    for (size_t k = 0; split->invert && k < count; k++)
        matches[k].hit = !matches[k].hit;
    matches_to_pieces(matches, count, split->behavior, text, begins, out);
    free(matches);
    return true;
}

const struct stage pretokenizer_split = {
    .type = "Split", .open = split_open, .close = split_close, .run = split_run
};
