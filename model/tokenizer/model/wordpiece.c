/* WordPiece: the longest beginning that is a token, again and again; a word that cannot be cut so is the
 * unknown token (Devlin et al. 2019). */
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/base/utf8.h"
#include "model/tokenizer/part.h"

#include <stdlib.h>
#include <string.h>

/* The time for a word grows with the cube of its letters. */
enum { LETTERS_MAX = 1000, PREFIX_MAX = 256 };

struct wordpiece {
    const struct vocabulary *vocabulary;
    char *prefix;
    size_t longest; /* bytes of the longest token */
    int32_t unknown;
    int64_t letters_max;
};

static void wordpiece_close(void *state)
{
    struct wordpiece *model = state;
    free(model->prefix);
    free(model);
}

static bool wordpiece_open(void **state, const json_t *options, const struct vocabulary *vocabulary,
                           bool byte_level, struct lacuna_error *error)
{
    const char *unknown = json_text(options, "unk_token", "[UNK]");
    const char *prefix = json_text(options, "continuing_subword_prefix", "##");
    int32_t id = vocabulary_find(vocabulary, unknown, strlen(unknown));
    int64_t letters = json_whole(options, "max_input_chars_per_word", 100);
    if (byte_level)
        return fail(error, LACUNA_MODEL, "does not go with the ByteLevel pre-tokenizer");
    if (id < 0)
        return fail(error, LACUNA_MODEL, "unk_token \"%.60s\" is not in the vocabulary", unknown);
    if (letters > LETTERS_MAX || strlen(prefix) > PREFIX_MAX)
        return fail(error, LACUNA_MODEL, "max_input_chars_per_word is over %d, or its prefix over %d bytes",
                    LETTERS_MAX, PREFIX_MAX);
    struct wordpiece *model = memory_new(1, sizeof *model);
    model->vocabulary = vocabulary;
    model->prefix = memory_text(prefix, strlen(prefix));
    model->unknown = id;
    model->letters_max = letters;
    for (size_t k = 0; k < vocabulary->size; k++)
        if (vocabulary->spellings[k].start != UINT32_MAX && vocabulary->spellings[k].size > model->longest)
            model->longest = vocabulary->spellings[k].size;
    *state = model;
    return true;
}

static bool is_inside_letter(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

/* The id of the longest token at `at`, and how much of the piece it covers; -1: none. */
static int32_t longest_find(const struct wordpiece *model, struct buffer *spelling, const char *piece,
                            size_t size, size_t at, size_t *covers)
{
    buffer_clear(spelling);
    if (at)
        buffer_add_text(spelling, model->prefix);
    size_t prefix = spelling->size, take = size - at;
    if (take > model->longest)
        take = model->longest;
    buffer_add(spelling, piece + at, take);
    for (; take; take--) {
        if (at + take < size && is_inside_letter(piece[at + take]))
            continue;
        int32_t id = vocabulary_find(model->vocabulary, spelling->at, prefix + take);
        if (id >= 0) {
            *covers = take;
            return id;
        }
    }
    return -1;
}

static void wordpiece_encode(const void *state, const char *piece, size_t size, struct ids *out)
{
    const struct wordpiece *model = state;
    size_t before = out->count;
    int64_t letters = 0;
    for (size_t k = 0; k < size; k++)
        letters += !is_inside_letter(piece[k]);
    bool known = letters <= model->letters_max;
    struct buffer spelling = { 0 };
    for (size_t at = 0, covers = 0; known && at < size; at += covers) {
        int32_t id = longest_find(model, &spelling, piece, size, at, &covers);
        known = id >= 0;
        if (known)
            ids_push(out, id);
    }
    buffer_free(&spelling);
    if (!known) {
        out->count = before;
        ids_push(out, model->unknown);
    }
}

const struct token_model token_model_wordpiece = {
    .type = "WordPiece",
    .title = "WordPiece",
    .open = wordpiece_open,
    .close = wordpiece_close,
    .encode = wordpiece_encode,
};
