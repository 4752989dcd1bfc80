#include "model/tokenizer/tokenizer.h"

#include "model/tokenizer/tokenizer_parts.h"

#include <string.h>

const char *tokenizer_piece(const struct tokenizer *tokenizer, int32_t id, size_t *size)
{
    size_t length;
    *size = 0;
    if (!vocabulary_spelling(&tokenizer->vocabulary, id, &length) || tokenizer->special[id])
        return NULL;
    size_t start = id ? tokenizer->ends[id - 1] : 0;
    *size = tokenizer->ends[id] - start;
    return tokenizer->bytes.at ? tokenizer->bytes.at + start : "";
}

const char *tokenizer_spelling(const struct tokenizer *tokenizer, int32_t id)
{
    size_t size;
    return vocabulary_spelling(&tokenizer->vocabulary, id, &size);
}

int32_t tokenizer_id(const struct tokenizer *tokenizer, const char *spelling)
{
    return vocabulary_find(&tokenizer->vocabulary, spelling, strlen(spelling));
}

bool tokenizer_is_special(const struct tokenizer *tokenizer, int32_t id)
{
    return id >= 0 && (size_t)id < tokenizer->vocabulary.size && tokenizer->special[id];
}

int32_t tokenizer_size(const struct tokenizer *tokenizer)
{
    return (int32_t)tokenizer->vocabulary.size;
}

const char *tokenizer_describe(const struct tokenizer *tokenizer)
{
    return tokenizer->description;
}

const struct ids *tokenizer_before(const struct tokenizer *tokenizer)
{
    return &tokenizer->frame.before;
}

const struct ids *tokenizer_after(const struct tokenizer *tokenizer)
{
    return &tokenizer->frame.after;
}
