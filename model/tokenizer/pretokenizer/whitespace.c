/* Whitespace: \w+|[^\w\s]+, so runs of word characters and runs of the rest; blanks go. */
#include "model/base/utf8.h"
#include "model/tokenizer/letters.h"
#include "model/tokenizer/part.h"

enum kind { BLANK, WORD, REST };

static enum kind kind_of(uint32_t code)
{
    return letter_is_word(code) ? WORD : letter_is_space(code) ? BLANK : REST;
}

static bool whitespace_run(const void *state, const char *text, size_t size, bool begins, struct pieces *out,
                           struct lacuna_error *error)
{
    (void)state;
    (void)error;
    size_t start = 0;
    enum kind run = BLANK;
    uint32_t code;
    for (size_t at = 0, length; at < size && (length = utf8_decode(text + at, size - at, &code));
         at += length) {
        enum kind kind = kind_of(code);
        if (kind == run)
            continue;
        if (run != BLANK)
            pieces_add(out, text + start, at - start, begins && !start);
        run = kind;
        start = at;
    }
    if (run != BLANK)
        pieces_add(out, text + start, size - start, begins && !start);
    return true;
}

const struct stage pretokenizer_whitespace = { .type = "Whitespace", .run = whitespace_run };
