/* Metaspace: blanks become U+2581, one may be put before the text, and pieces begin at each (Kudo and
 * Richardson 2018). */
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/tokenizer/part.h"
#include "model/tokenizer/pattern.h"

#include <stdlib.h>
#include <string.h>

enum { MARK_MAX = 4 }; /* bytes of a character */

enum scheme { ALWAYS, FIRST, NEVER };

struct metaspace {
    char *mark;
    size_t size;
    enum scheme scheme;
    bool split;
};

static bool scheme_read(enum scheme *scheme, const json_t *options, struct lacuna_error *error)
{
    const char *name = json_text(options, "prepend_scheme",
                                 json_flag(options, "add_prefix_space", true) ? "always" : "never");
    if (!strcmp(name, "always"))
        *scheme = ALWAYS;
    else if (!strcmp(name, "first"))
        *scheme = FIRST;
    else if (!strcmp(name, "never"))
        *scheme = NEVER;
    else
        return fail(error, LACUNA_MODEL, "prepend_scheme %.40s is not supported", name);
    return true;
}

static bool metaspace_open(void **state, const json_t *options, struct lacuna_error *error)
{
    enum scheme scheme = ALWAYS;
    const char *mark = json_text(options, "replacement", "\xe2\x96\x81");
    if (!scheme_read(&scheme, options, error))
        return false;
    if (!*mark || strlen(mark) > MARK_MAX)
        return fail(error, LACUNA_MODEL, "its replacement is no character");
    struct metaspace *space = memory_new(1, sizeof *space);
    space->size = strlen(mark);
    space->mark = memory_text(mark, space->size);
    space->scheme = scheme;
    space->split = json_flag(options, "split", true);
    *state = space;
    return true;
}

static void metaspace_close(void *state)
{
    struct metaspace *space = state;
    free(space->mark);
    free(space);
}

static void text_mark(const struct metaspace *space, const char *text, size_t size, bool begins,
                      struct buffer *out)
{
    bool marked =
        size && (text[0] == ' ' || (size >= space->size && !memcmp(text, space->mark, space->size)));
    if (!marked && (space->scheme == ALWAYS || (space->scheme == FIRST && begins)))
        buffer_add(out, space->mark, space->size);
    for (size_t k = 0; k < size; k++) {
        if (text[k] == ' ')
            buffer_add(out, space->mark, space->size);
        else
            buffer_add_byte(out, text[k]);
    }
}

static bool metaspace_run(const void *state, const char *text, size_t size, bool begins, struct pieces *out,
                          struct lacuna_error *error)
{
    (void)error;
    const struct metaspace *space = state;
    struct buffer marked = { 0 };
    text_mark(space, text, size, begins, &marked);
    size_t start = 0;
    for (size_t at = 1; space->split && at + space->size <= marked.size; at++)
        if (!memcmp(marked.at + at, space->mark, space->size)) {
            pieces_add(out, marked.at + start, at - start, begins && !start);
            start = at;
        }
    if (start < marked.size)
        pieces_add(out, marked.at + start, marked.size - start, begins && !start);
    buffer_free(&marked);
    return true;
}

const struct stage pretokenizer_metaspace = {
    .type = "Metaspace",
    .open = metaspace_open,
    .close = metaspace_close,
    .run = metaspace_run,
};
