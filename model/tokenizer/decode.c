#include "model/base/memory.h"
#include "model/tokenizer/letters.h"
#include "model/tokenizer/tokenizer_parts.h"

#include <string.h>

enum { GROWTH_MAX = 8, GROWTH_FREE = 1 << 16 };

/* Tokens in, text out in pieces.text, from the first piece to the last. */
static bool spellings_decode(const struct tokenizer *tokenizer, struct pieces *pieces, struct buffer *out,
                             struct lacuna_error *error)
{
    if (!chain_run(&tokenizer->decoder, pieces, error))
        return false;
    for (size_t k = 0; k < pieces->count; k++) {
        if (k && !tokenizer->decoder.count)
            buffer_add_byte(out, ' ');
        buffer_add(out, piece_bytes(pieces, k), pieces->at[k].size);
    }
    return true;
}

char *tokenizer_decode(const struct tokenizer *tokenizer, const int32_t *ids, size_t count, bool special,
                       size_t *size, struct lacuna_error *error)
{
    struct pieces pieces = { 0 };
    struct buffer out = { 0 };
    bool fine = true;
    for (size_t k = 0; fine && k < count; k++) {
        size_t length;
        const char *spelling = vocabulary_spelling(&tokenizer->vocabulary, ids[k], &length);
        if (!spelling)
            fine = fail(error, LACUNA_BAD_REQUEST, "token id %d (number %zu) is not in the vocabulary",
                        ids[k], k);
        else if (special || !tokenizer->special[ids[k]])
            pieces_add(&pieces, spelling, length, false);
    }
    fine = fine && spellings_decode(tokenizer, &pieces, &out, error);
    pieces_free(&pieces);
    if (!fine) {
        buffer_free(&out);
        return NULL;
    }
    *size = out.size;
    return buffer_take(&out);
}

/* ---- what one id stands for */

static bool decodes_bytes_alone(const struct tokenizer *tokenizer)
{
    return tokenizer->decoder.count == 1 && !strcmp(tokenizer->decoder.at[0].row->type, "ByteLevel");
}

/* An ordinary token to stand before the one that is looked at: "a" where there is one, else the shortest. */
static int32_t anchor_find(const struct tokenizer *tokenizer)
{
    const struct vocabulary *vocabulary = &tokenizer->vocabulary;
    int32_t id = vocabulary_find(vocabulary, "a", 1);
    if (id >= 0)
        return id;
    for (size_t k = 0; k < vocabulary->size; k++)
        if (!tokenizer->special[k] && vocabulary->spellings[k].start != UINT32_MAX &&
            (id < 0 || vocabulary->spellings[k].size < vocabulary->spellings[id].size))
            id = (int32_t)k;
    return id;
}

static bool after_anchor(const struct tokenizer *tokenizer, int32_t anchor, const struct buffer *alone,
                         const char *spelling, size_t size, struct buffer *out, struct lacuna_error *error)
{
    struct pieces pieces = { 0 };
    struct buffer both = { 0 };
    size_t anchor_size;
    const char *first = vocabulary_spelling(&tokenizer->vocabulary, anchor, &anchor_size);
    pieces_add(&pieces, first, anchor_size, false);
    pieces_add(&pieces, spelling, size, false);
    bool fine = spellings_decode(tokenizer, &pieces, &both, error);
    if (fine && both.size >= alone->size && (!alone->size || !memcmp(both.at, alone->at, alone->size)))
        buffer_add(out, both.at + alone->size, both.size - alone->size);
    else if (fine)
        buffer_add(out, spelling, size);
    pieces_free(&pieces);
    buffer_free(&both);
    return fine;
}

bool pieces_prepare(struct tokenizer *tokenizer, struct lacuna_error *error)
{
    bool bytes = decodes_bytes_alone(tokenizer), fine = true;
    int32_t anchor = anchor_find(tokenizer);
    struct buffer alone = { 0 }, *text = &tokenizer->bytes;
    struct pieces first = { 0 };
    size_t size, most = GROWTH_MAX * tokenizer->vocabulary.text.size + GROWTH_FREE;
    if (most > UINT32_MAX)
        return fail(error, LACUNA_MODEL, "the vocabulary is larger than it can be");
    tokenizer->ends = memory_new(tokenizer->vocabulary.size, sizeof *tokenizer->ends);
    if (anchor >= 0) {
        const char *spelling = vocabulary_spelling(&tokenizer->vocabulary, anchor, &size);
        pieces_add(&first, spelling, size, false);
        fine = spellings_decode(tokenizer, &first, &alone, error);
    }
    for (size_t k = 0; fine && k < tokenizer->vocabulary.size; k++) {
        const char *spelling = vocabulary_spelling(&tokenizer->vocabulary, (int32_t)k, &size);
        if (spelling && !tokenizer->special[k]) {
            if (!bytes)
                fine = after_anchor(tokenizer, anchor, &alone, spelling, size, text, error);
            else if (!letters_to_bytes(spelling, size, text))
                buffer_add(text, spelling, size);
        }
        if (fine && text->size > most)
            fine = fail(error, LACUNA_MODEL,
                        "its tokens stand for over %d times more text than their spellings", GROWTH_MAX);
        tokenizer->ends[k] = (uint32_t)text->size;
    }
    pieces_free(&first);
    buffer_free(&alone);
    return fine;
}
