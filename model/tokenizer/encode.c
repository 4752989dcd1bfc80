#include "model/base/hash.h"
#include "model/base/memory.h"
#include "model/base/utf8.h"
#include "model/tokenizer/tokenizer_parts.h"

#include <stdlib.h>
#include <string.h>

enum { CACHE_SLOTS = 4096, CACHE_BYTES = 23, CACHE_FROM = 1024 };

/* Where the ids of a short piece lie in `out` since it came last. */
struct memo {
    uint8_t size;
    char bytes[CACHE_BYTES];
    uint32_t start, count;
};

struct encoding {
    const struct tokenizer *tokenizer;
    struct ids *out;
    struct memo *memos; /* NULL for short texts */
    struct lacuna_error *error;
};

static void piece_encode(struct encoding *encoding, const char *piece, size_t size)
{
    const struct tokenizer *tokenizer = encoding->tokenizer;
    struct ids *out = encoding->out;
    if (!encoding->memos || size > CACHE_BYTES || out->count > UINT32_MAX / 2) {
        tokenizer->model->encode(tokenizer->model_state, piece, size, out);
        return;
    }
    struct memo *memo = &encoding->memos[hash_bytes(piece, size) % CACHE_SLOTS];
    if (memo->size == size && size && !memcmp(memo->bytes, piece, size)) {
        for (uint32_t k = 0; k < memo->count; k++)
            ids_push(out, out->at[memo->start + k]);
        return;
    }
    size_t before = out->count;
    tokenizer->model->encode(tokenizer->model_state, piece, size, out);
    *memo = (struct memo){ .size = (uint8_t)size,
                           .start = (uint32_t)before,
                           .count = (uint32_t)(out->count - before) };
    memcpy(memo->bytes, piece, size);
}

/* Text without added tokens, normalized. */
static bool plain_encode(struct encoding *encoding, const char *text, size_t size, bool begins)
{
    struct pieces pieces = { 0 };
    if (size)
        pieces_add(&pieces, text, size, begins);
    bool fine = chain_run(&encoding->tokenizer->pretokenizer, &pieces, encoding->error);
    for (size_t k = 0; fine && k < pieces.count; k++)
        piece_encode(encoding, piece_bytes(&pieces, k), pieces.at[k].size);
    pieces_free(&pieces);
    return fine;
}

static bool normalized_encode(struct encoding *encoding, const char *text, size_t size, bool begins,
                              bool special)
{
    struct added_match match;
    size_t from = 0;
    while (added_find(&encoding->tokenizer->normalized, text, size, from, special, &match)) {
        if (!plain_encode(encoding, text + from, match.start - from, begins && !from))
            return false;
        ids_push(encoding->out, match.id);
        from = match.end;
    }
    return plain_encode(encoding, text + from, size - from, begins && !from);
}

static bool valid_encode(struct encoding *encoding, const char *text, size_t size, bool begins, bool special)
{
    const struct tokenizer *tokenizer = encoding->tokenizer;
    if (!size)
        return true;
    if (!tokenizer->normalizer.count)
        return normalized_encode(encoding, text, size, begins, special);
    struct pieces pieces = { 0 };
    pieces_add(&pieces, text, size, begins);
    bool fine = chain_run(&tokenizer->normalizer, &pieces, encoding->error);
    for (size_t k = 0; fine && k < pieces.count; k++)
        fine = normalized_encode(encoding, piece_bytes(&pieces, k), pieces.at[k].size, begins, special);
    pieces_free(&pieces);
    return fine;
}

/* Runs of bytes that are no UTF-8 go to the model as they are, what lies between them through all stages. */
static bool segment_encode(struct encoding *encoding, const char *text, size_t size, bool begins,
                           bool special)
{
    for (size_t at = 0; at < size;) {
        size_t valid = utf8_valid(text + at, size - at), raw = at + valid;
        if (!valid_encode(encoding, text + at, valid, begins && !at, special))
            return false;
        for (at = raw; at < size && !utf8_valid(text + at, size - at < 4 ? size - at : 4);)
            at++;
        if (at > raw)
            encoding->tokenizer->model->encode(encoding->tokenizer->model_state, text + raw, at - raw,
                                               encoding->out);
    }
    return true;
}

bool tokenizer_encode(const struct tokenizer *tokenizer, const char *text, size_t size, bool special,
                      struct ids *out, struct lacuna_error *error)
{
    struct encoding encoding = { .tokenizer = tokenizer, .out = out, .error = error };
    if (size >= CACHE_FROM)
        encoding.memos = memory_new(CACHE_SLOTS, sizeof *encoding.memos);
    struct added_match match;
    size_t from = 0;
    bool fine = true;
    while (fine && added_find(&tokenizer->raw, text, size, from, special, &match)) {
        fine = segment_encode(&encoding, text + from, match.start - from, !from, special);
        ids_push(out, match.id);
        from = match.end;
    }
    fine = fine && segment_encode(&encoding, text + from, size - from, !from, special);
    free(encoding.memos);
    return fine;
}
