#include "model/tokenizer/replace.h"

#include "model/base/memory.h"
#include "model/tokenizer/pattern.h"

#include <stdlib.h>

enum {
    GROWTH_MAX = 64,
    GROWTH_FREE = 1 << 12
}; /* how many times longer a text may become, and what is always allowed */

struct replace {
    struct pattern *pattern;
    char *content;
    size_t size;
};

bool replace_open(void **state, const json_t *options, struct lacuna_error *error)
{
    const json_t *content = json_object_get(options, "content");
    if (!json_is_string(content))
        return fail(error, LACUNA_MODEL, "needs a content");
    struct pattern *pattern = pattern_open(json_object_get(options, "pattern"), error);
    if (!pattern)
        return false;
    struct replace *replace = memory_new(1, sizeof *replace);
    replace->pattern = pattern;
    replace->size = json_string_length(content);
    replace->content = memory_text(json_string_value(content), replace->size);
    *state = replace;
    return true;
}

void replace_close(void *state)
{
    struct replace *replace = state;
    pattern_free(replace->pattern);
    free(replace->content);
    free(replace);
}

bool replace_run(const struct replace *replace, const char *text, size_t size, struct buffer *out,
                 struct lacuna_error *error)
{
    size_t count, most = out->size + GROWTH_MAX * size + GROWTH_FREE;
    struct match *matches = pattern_cut(replace->pattern, text, size, &count, error);
    if (!matches)
        return false;
    for (size_t k = 0; k < count && out->size <= most; k++) {
        if (matches[k].hit)
            buffer_add(out, replace->content, replace->size);
        else
            buffer_add(out, text + matches[k].start, matches[k].end - matches[k].start);
    }
    free(matches);
    return out->size <= most ||
           fail(error, LACUNA_MODEL, "a Replace of the tokenizer makes a text over %d times longer",
                GROWTH_MAX);
}
