#include "model/infill/pieces.h"

#include "model/base/memory.h"
#include "model/infill/unicode.h"

#include <stdlib.h>
#include <string.h>

enum { EFFECTS_MOST = 65535 };

struct effect effect_none(void)
{
    return (struct effect){ .end = { OUTSIDE, INSIDE, HANGING } };
}

struct effect effect_of_text(const char *text, size_t size)
{
    struct effect effect = effect_none();
    for (size_t at = 0; at < size;) {
        int32_t point;
        size_t used = utf8_read(text + at, size - at, &point);
        at += used ? used : 1;
        bool word = point_is_word(point), apostrophe = point_is_apostrophe(point);
        for (int from = 0; from < WORD_STATES; from++) {
            uint8_t *state = &effect.end[from];
            if (word && *state == OUTSIDE && effect.words[from] < 255)
                effect.words[from]++;
            *state = word ? INSIDE : apostrophe && *state == INSIDE ? HANGING : OUTSIDE;
        }
    }
    return effect;
}

const char *piece_text(const struct pieces *pieces, int32_t id, size_t *size)
{
    const char *text = tokenizer_piece(pieces->tokenizer, id, size);
    if (!text)
        *size = 0;
    return text ? text : "";
}

static uint16_t number_effect(struct pieces *pieces, size_t *room, struct effect effect)
{
    for (int i = 0; i < pieces->effect_count; i++)
        if (memcmp(&pieces->effects[i], &effect, sizeof effect) == 0)
            return (uint16_t)i;
    if (pieces->effect_count == EFFECTS_MOST)
        return 0;
    pieces->effects = memory_grow(pieces->effects, room, (size_t)pieces->effect_count + 1, sizeof effect);
    pieces->effects[pieces->effect_count] = effect;
    return (uint16_t)pieces->effect_count++;
}

static uint8_t find_traits(const char *text, size_t size)
{
    if (!size || !text_is_plain(text, size, true))
        return 0;
    int32_t first = utf8_first(text, size), last = utf8_last(text, size);
    return (uint8_t)(PIECE_PLAIN | (memchr(text, '\n', size) ? PIECE_BREAK : 0) |
                     (point_is_blank(first) ? PIECE_BLANK_FRONT : 0) |
                     (point_is_blank(last) ? PIECE_BLANK_BACK : 0) |
                     (point_is_word(first) ? PIECE_WORD_FRONT : 0) |
                     (point_is_word(last) ? PIECE_WORD_BACK : 0) |
                     (point_is_apostrophe(first) ? PIECE_APOSTROPHE : 0) |
                     (size > 2 || !point_is_word(first) ? PIECE_ONCE : 0));
}

/* Special tokens spelled out in a fill would be read as such by whoever encodes the text next. Where their
 * spelling begins with a sign ("<mask>", "[MASK]", "<|endoftext|>"), pieces with that sign are left out. */
static void find_signs(const struct tokenizer *tokenizer, bool signs[256])
{
    for (int32_t id = 0; id < tokenizer_size(tokenizer); id++) {
        const char *spelling = tokenizer_is_special(tokenizer, id) ? tokenizer_spelling(tokenizer, id) : NULL;
        unsigned char first = spelling && spelling[0] && spelling[1] ? (unsigned char)spelling[0] : 0;
        if (first && first < 0x80 && !point_is_word(first) && first != ' ')
            signs[first] = true;
    }
}

static bool has_sign(const char *text, size_t size, const bool signs[256])
{
    for (size_t i = 0; i < size; i++)
        if (signs[(unsigned char)text[i]])
            return true;
    return false;
}

/* A blank is no piece, yet pieces begin with one: the decoder sets words off by it. */
static bool implies_blank(const struct pieces *pieces)
{
    struct ids blank = { 0 };
    bool fine = tokenizer_encode(pieces->tokenizer, " ", 1, false, &blank, NULL) && blank.count == 0;
    ids_free(&blank);
    for (int32_t id = 0; fine && id < pieces->count; id++)
        if (pieces->front[id] == ' ')
            return true;
    return false;
}

struct pieces *pieces_new(const struct tokenizer *tokenizer, int32_t vocabulary, const int32_t *banned,
                          int banned_count)
{
    struct pieces *pieces = memory_new(1, sizeof *pieces);
    size_t room = 0;
    bool signs[256] = { false };
    find_signs(tokenizer, signs);
    *pieces = (struct pieces){ .tokenizer = tokenizer, .count = vocabulary };
    pieces->traits = memory_new((size_t)vocabulary, sizeof *pieces->traits);
    pieces->effect_of = memory_new((size_t)vocabulary, sizeof *pieces->effect_of);
    pieces->front = memory_new((size_t)vocabulary, sizeof *pieces->front);
    pieces->back = memory_new((size_t)vocabulary, sizeof *pieces->back);
    number_effect(pieces, &room, effect_none());
    for (int32_t id = 0; id < vocabulary; id++) {
        size_t size;
        const char *text = piece_text(pieces, id, &size);
        pieces->front[id] = pieces->back[id] = -1;
        if (has_sign(text, size, signs) || tokenizer_is_special(tokenizer, id))
            continue;
        pieces->traits[id] = find_traits(text, size);
        if (pieces->traits[id]) {
            pieces->front[id] = utf8_first(text, size);
            pieces->back[id] = utf8_last(text, size);
        }
        pieces->effect_of[id] = number_effect(pieces, &room, effect_of_text(text, size));
    }
    for (int i = 0; i < banned_count; i++)
        if (banned[i] >= 0 && banned[i] < vocabulary)
            pieces->traits[banned[i]] = 0;
    pieces->blank_implied = implies_blank(pieces);
    return pieces;
}

void pieces_release(struct pieces *pieces)
{
    if (!pieces)
        return;
    free(pieces->traits);
    free(pieces->front);
    free(pieces->back);
    free(pieces->effect_of);
    free(pieces->effects);
    free(pieces);
}

char *pieces_join(const struct pieces *pieces, const int32_t *ids, int count, size_t *size)
{
    size_t total = 0, part;
    for (int i = 0; i < count; i++) {
        piece_text(pieces, ids[i], &part);
        total += part;
    }
    char *text = memory_new(total + 1, 1);
    *size = 0;
    for (int i = 0; i < count; i++) {
        const char *bytes = piece_text(pieces, ids[i], &part);
        memcpy(text + *size, bytes, part);
        *size += part;
    }
    return text;
}
