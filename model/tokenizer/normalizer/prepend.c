/* Prepend: a text before every text that is not empty. */
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/tokenizer/part.h"

#include <stdlib.h>
#include <string.h>

static bool prepend_open(void **state, const json_t *options, struct lacuna_error *error)
{
    const char *text = json_text(options, "prepend", NULL);
    if (!text)
        return fail(error, LACUNA_MODEL, "needs the text to prepend");
    *state = memory_text(text, strlen(text));
    return true;
}

static bool prepend_run(const void *state, const char *text, size_t size, bool begins, struct pieces *out,
                        struct lacuna_error *error)
{
    (void)error;
    size_t start = out->text.size;
    if (size)
        buffer_add_text(&out->text, state);
    buffer_add(&out->text, text, size);
    pieces_close(out, start, begins);
    return true;
}

const struct stage normalizer_prepend = {
    .type = "Prepend", .open = prepend_open, .close = free, .run = prepend_run
};
