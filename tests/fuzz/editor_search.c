/* A pattern and a text in pieces: options, pattern, a 0 byte, text. Matches lie inside, and going on from
 * them ends. */
#include "editor/text/search.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

enum { PATTERN_MAX = 64, TEXT_MAX = 2048 };

static struct text *text_in_pieces(const char *bytes, size_t size)
{
    struct text *text = text_new("", 0);
    for (size_t end = size; end > 0;) {
        size_t step = 1 + end % 37, start = end > step ? end - step : 0;
        struct text *next = text_replace(text, (struct span){ 0, 0 }, bytes + start, end - start);
        text_free(text);
        text = next;
        end = start;
    }
    return text;
}

static void check_match(const struct match *match, const struct text *text)
{
    for (size_t i = 0; i < match->count; i++)
        if (match->groups[i].start != (size_t)-1 &&
            (match->groups[i].start > match->groups[i].end || match->groups[i].end > text_size(text)))
            abort();
}

static void search_all(struct search *search, const struct text *text)
{
    struct match match;
    size_t count, size = text_size(text);
    if (search_forward(search, text, 0, size, &match, NULL) != SEARCH_FOUND)
        return;
    check_match(&match, text);
    if (search_backward(search, text, 0, size + 1, &match, NULL) == SEARCH_FOUND)
        check_match(&match, text);
    search_count(search, text, 0, size, &count, NULL);
    if (count > size + 1)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *zero = size ? memchr(data + 1, 0, size - 1) : NULL;
    if (!zero || zero - data > PATTERN_MAX)
        return 0;
    struct search *search = search_new((const char *)data + 1, (size_t)(zero - data) - 1, data[0] % 16, NULL);
    if (!search)
        return 0;
    size_t rest = size - (size_t)(zero - data) - 1;
    struct text *text = text_in_pieces((const char *)zero + 1, rest < TEXT_MAX ? rest : TEXT_MAX);
    search_all(search, text);
    text_free(text);
    search_free(search);
    return 0;
}
