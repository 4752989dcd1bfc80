/* Words that a vocabulary has not, names mostly, go from the source into the target as they are. */
#include "model/infill/translate_parts.h"

#include "model/base/buffer.h"
#include "model/base/memory.h"

#include <stdlib.h>
#include <string.h>

struct words {
    struct text_part *at;
    size_t count, room;
};

static void add_word(struct words *words, const char *at, const char *end)
{
    words->at = memory_grow(words->at, &words->room, words->count + 1, sizeof *words->at);
    words->at[words->count++] = (struct text_part){ at, (size_t)(end - at) };
}

/* What stands between the known words of a chunk without blanks, where an unknown one is. */
static bool chunk_unknown(const struct tokenizer *tokenizer, int32_t unknown, const char *at, size_t size,
                          struct words *words, struct lacuna_error *error)
{
    struct ids ids = { 0 };
    bool fine = tokenizer_encode(tokenizer, at, size, false, &ids, error);
    const char *end = at + size, *begun = NULL;
    for (size_t i = 0; fine && i < ids.count; i++) {
        size_t length = 0;
        const char *piece = ids.at[i] == unknown ? NULL : tokenizer_piece(tokenizer, ids.at[i], &length);
        const char *found = piece && length ? memmem(at, (size_t)(end - at), piece, length) : NULL;
        if (ids.at[i] == unknown && !begun)
            begun = at;
        if (!found)
            continue;
        if (begun)
            add_word(words, begun, found);
        begun = NULL;
        at = found + length;
    }
    if (begun)
        add_word(words, begun, end);
    ids_free(&ids);
    return fine;
}

static bool find_unknown(const struct translation *translation, int32_t unknown, struct words *words,
                         struct lacuna_error *error)
{
    const char *at = translation->text.at, *end = at + translation->text.size;
    bool fine = true;
    while (fine && at < end) {
        const char *stop = memchr(at, ' ', (size_t)(end - at));
        stop = stop ? stop : end;
        fine = stop == at || chunk_unknown(infill_tokenizer(translation->infill), unknown, at,
                                           (size_t)(stop - at), words, error);
        at = stop + 1;
    }
    return fine;
}

static void join(struct buffer *out, const char *text, size_t size)
{
    if (out->size && size && !strchr(".,;:!?", text[0]))
        buffer_add_byte(out, ' ');
    buffer_add(out, text, size);
}

char *translate_words(const struct translation *translation, const struct ids *target,
                      struct lacuna_error *error)
{
    int32_t unknown = tokenizer_id(infill_tokenizer(translation->infill), "UNK");
    struct words words = { 0 };
    struct buffer out = { 0 };
    bool fine = unknown < 0 || find_unknown(translation, unknown, &words, error);
    size_t met = 0;
    for (size_t i = 0, end; fine && i < target->count; i = end + 1) {
        for (end = i; end < target->count && (unknown < 0 || target->at[end] != unknown); end++)
            ;
        struct ids known = { .at = target->at + i, .count = end - i };
        char *text = translate_text(translation, &known, error);
        fine = text;
        if (text)
            join(&out, text, strlen(text));
        free(text);
        if (fine && end < target->count && met < words.count) {
            join(&out, words.at[met].at, words.at[met].size);
            met++;
        }
    }
    free(words.at);
    if (fine)
        return buffer_take(&out);
    buffer_free(&out);
    return NULL;
}
