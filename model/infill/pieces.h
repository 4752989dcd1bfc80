/* pieces.h - what each piece of the vocabulary would do to a text: may it stand in a fill, where does it
 * begin and end, and what does it do to the number of words.
 *
 * Words are those of `[^\W_]+(?:['’][^\W_]+)*`. Reading text from left to right one is in one of three
 * states: outside a word, inside one, or behind an apostrophe that may turn out to be inside one. A piece is
 * a function from state to (state, words begun). */
#ifndef MODEL_INFILL_PIECES_H
#define MODEL_INFILL_PIECES_H

#include "model/tokenizer/tokenizer.h"

#include <stdbool.h>

enum word_state { OUTSIDE, INSIDE, HANGING, WORD_STATES };

struct effect {
    uint8_t end[WORD_STATES];   /* state after it */
    uint8_t words[WORD_STATES]; /* words begun by it, 255 at most */
};

enum {
    PIECE_PLAIN = 1, /* may stand in a fill */
    PIECE_BREAK = 2, /* holds a line feed: only where newlines are allowed */
    PIECE_BLANK_FRONT = 4,
    PIECE_BLANK_BACK = 8,
    PIECE_WORD_FRONT = 16, /* begins with a letter or number */
    PIECE_WORD_BACK = 32,
    PIECE_APOSTROPHE = 64, /* begins with one */
    PIECE_ONCE = 128,      /* twice in a row it would be a stutter: words, signs, all but single letters */
};

struct pieces {
    const struct tokenizer *tokenizer;
    int32_t count;         /* width of the logits; what the tokenizer lacks is not plain */
    uint8_t *traits;       /* [count] */
    int32_t *front, *back; /* [count] first and last character of a plain piece, else -1 */
    uint16_t *effect_of;   /* [count] index of its effect */
    struct effect *effects;
    int effect_count;
    bool blank_implied; /* a word's piece begins with a blank that the text need not have (WordPiece) */
};

struct pieces *pieces_new(const struct tokenizer *tokenizer, int32_t vocabulary, const int32_t *banned,
                          int banned_count);
void pieces_release(struct pieces *pieces);
/* Bytes of a piece; "" and 0 for special ones and those out of range. */
const char *piece_text(const struct pieces *pieces, int32_t id, size_t *size);
struct effect effect_of_text(const char *text, size_t size);
/* Doing nothing. */
struct effect effect_none(void);
/* The bytes of ids joined, malloc'd, ended by a 0 byte. */
char *pieces_join(const struct pieces *pieces, const int32_t *ids, int count, size_t *size);

#endif
