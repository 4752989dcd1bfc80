/* WordPiece: tokens with the prefix join the word before, others are set off by a blank; cleanup closes up
 * punctuation. */
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/tokenizer/part.h"

#include <stdlib.h>
#include <string.h>

struct wordpiece {
    char *prefix;
    size_t size;
    bool cleanup;
};

static bool wordpiece_open(void **state, const json_t *options, struct lacuna_error *error)
{
    (void)error;
    const char *prefix = json_text(options, "prefix", "##");
    struct wordpiece *decoder = memory_new(1, sizeof *decoder);
    decoder->size = strlen(prefix);
    decoder->prefix = memory_text(prefix, decoder->size);
    decoder->cleanup = json_flag(options, "cleanup", true);
    *state = decoder;
    return true;
}

static void wordpiece_close(void *state)
{
    struct wordpiece *decoder = state;
    free(decoder->prefix);
    free(decoder);
}

static void token_clean(struct buffer *token)
{
    static const char *const rules[][2] = { { " .", "." },     { " ?", "?" },           { " !", "!" },
                                            { " ,", "," },     { " ' ", "'" },          { " n't", "n't" },
                                            { " 'm", "'m" },   { " do not", " don't" }, { " 's", "'s" },
                                            { " 've", "'ve" }, { " 're", "'re" } };
    for (size_t rule = 0; rule < sizeof rules / sizeof *rules; rule++) {
        struct buffer out = { 0 };
        const char *from = rules[rule][0], *at = token->at, *found;
        if (!strstr(at, from))
            continue;
        for (; (found = strstr(at, from)); at = found + strlen(from)) {
            buffer_add(&out, at, (size_t)(found - at));
            buffer_add_text(&out, rules[rule][1]);
        }
        buffer_add(&out, at, (size_t)(token->at + token->size - at));
        buffer_free(token);
        *token = out;
    }
}

static bool wordpiece_run(const void *state, const struct pieces *in, struct pieces *out,
                          struct lacuna_error *error)
{
    (void)error;
    const struct wordpiece *decoder = state;
    for (size_t k = 0; k < in->count; k++) {
        const char *bytes = piece_bytes(in, k);
        size_t size = in->at[k].size;
        bool joined = k && size >= decoder->size && !memcmp(bytes, decoder->prefix, decoder->size);
        struct buffer token = { 0 };
        if (k && !joined)
            buffer_add_byte(&token, ' ');
        buffer_add(&token, bytes + (joined ? decoder->size : 0), size - (joined ? decoder->size : 0));
        if (decoder->cleanup)
            token_clean(&token);
        pieces_add(out, token.at, token.size, false);
        buffer_free(&token);
    }
    return true;
}

const struct stage decoder_wordpiece = {
    .type = "WordPiece",
    .open = wordpiece_open,
    .close = wordpiece_close,
    .run_all = wordpiece_run,
};
