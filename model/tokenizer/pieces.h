/* pieces.h - a text cut into pieces, the currency of the stages of a tokenizer. */
#ifndef MODEL_TOKENIZER_PIECES_H
#define MODEL_TOKENIZER_PIECES_H

#include "model/base/buffer.h"

#include <stdbool.h>

struct piece {
    size_t start, size; /* bytes of text.at */
    bool begins;        /* the whole text begins with it */
};

/* Zero is an empty list. */
struct pieces {
    struct buffer text;
    struct piece *at;
    size_t count, room;
};

/* Appends a copy of the bytes as one more piece. */
void pieces_add(struct pieces *pieces, const char *bytes, size_t size, bool begins);
/* Makes the bytes that were added to pieces->text since `start` one more piece. */
void pieces_close(struct pieces *pieces, size_t start, bool begins);
static inline const char *piece_bytes(const struct pieces *pieces, size_t index)
{
    return pieces->text.at ? pieces->text.at + pieces->at[index].start : "";
}
void pieces_clear(struct pieces *pieces);
void pieces_free(struct pieces *pieces);

#endif
