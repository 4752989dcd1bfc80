#include "model/tokenizer/pieces.h"

#include "model/base/memory.h"

#include <stdlib.h>

void pieces_close(struct pieces *pieces, size_t start, bool begins)
{
    pieces->at = memory_grow(pieces->at, &pieces->room, pieces->count + 1, sizeof *pieces->at);
    pieces->at[pieces->count++] =
        (struct piece){ .start = start, .size = pieces->text.size - start, .begins = begins };
}

void pieces_add(struct pieces *pieces, const char *bytes, size_t size, bool begins)
{
    size_t start = pieces->text.size;
    buffer_add(&pieces->text, bytes, size);
    pieces_close(pieces, start, begins);
}

void pieces_clear(struct pieces *pieces)
{
    buffer_clear(&pieces->text);
    pieces->count = 0;
}

void pieces_free(struct pieces *pieces)
{
    buffer_free(&pieces->text);
    free(pieces->at);
    *pieces = (struct pieces){ 0 };
}
