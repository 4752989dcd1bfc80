/* Strip: up to `start` times `content` off the left of each token, up to `stop` times off its right. */
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/tokenizer/part.h"

#include <stdlib.h>
#include <string.h>

struct strip {
    char *content;
    size_t size;
    int64_t start, stop;
};

static bool strip_open(void **state, const json_t *options, struct lacuna_error *error)
{
    const char *content = json_text(options, "content", "");
    if (!*content)
        return fail(error, LACUNA_MODEL, "needs a content");
    struct strip *strip = memory_new(1, sizeof *strip);
    strip->size = strlen(content);
    strip->content = memory_text(content, strip->size);
    strip->start = json_whole(options, "start", 0);
    strip->stop = json_whole(options, "stop", 0);
    *state = strip;
    return true;
}

static void strip_close(void *state)
{
    struct strip *strip = state;
    free(strip->content);
    free(strip);
}

static bool strip_run(const void *state, const struct pieces *in, struct pieces *out,
                      struct lacuna_error *error)
{
    (void)error;
    const struct strip *strip = state;
    for (size_t k = 0; k < in->count; k++) {
        const char *token = piece_bytes(in, k);
        size_t first = 0, last = in->at[k].size, one = strip->size;
        for (int64_t n = 0;
             n < strip->start && last - first >= one && !memcmp(token + first, strip->content, one); n++)
            first += one;
        for (int64_t n = 0;
             n < strip->stop && last - first >= one && !memcmp(token + last - one, strip->content, one); n++)
            last -= one;
        pieces_add(out, token + first, last - first, false);
    }
    return true;
}

const struct stage decoder_strip = {
    .type = "Strip", .open = strip_open, .close = strip_close, .run_all = strip_run
};
