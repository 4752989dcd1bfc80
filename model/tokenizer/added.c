#include "model/tokenizer/added.h"

#include "model/base/memory.h"
#include "model/base/utf8.h"
#include "model/tokenizer/letters.h"

#include <stdlib.h>
#include <string.h>

void added_put(struct added *added, const struct added_token *token)
{
    added->at = memory_grow(added->at, &added->room, added->count + 1, sizeof *added->at);
    added->at[added->count++] = *token;
}

static int content_order(const void *left, const void *right)
{
    const struct added_token *a = left, *b = right;
    size_t common = a->size < b->size ? a->size : b->size;
    int order = memcmp(a->content, b->content, common);
    return order ? order : (a->size > b->size) - (a->size < b->size);
}

void added_ready(struct added *added)
{
    if (added->count)
        qsort(added->at, added->count, sizeof *added->at, content_order);
    size_t token = 0;
    for (size_t byte = 0; byte < 257; byte++) {
        while (token < added->count && (unsigned char)added->at[token].content[0] < byte)
            token++;
        added->first[byte] = token;
    }
}

void added_free(struct added *added)
{
    for (size_t k = 0; k < added->count; k++)
        free(added->at[k].content);
    free(added->at);
    *added = (struct added){ 0 };
}

/* First of the tokens [low, high), all alike before `depth` and longer, whose byte at `depth` is at least
 * `byte`. */
static size_t narrow(const struct added *added, size_t low, size_t high, size_t depth, unsigned byte)
{
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if ((unsigned char)added->at[middle].content[depth] < byte)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The longest token that the text begins with; NULL: none. A token that ends where others go on is the first
 * of its range. */
static const struct added_token *longest(const struct added *added, const char *text, size_t size)
{
    const struct added_token *found = NULL;
    size_t low = added->first[(unsigned char)text[0]], high = added->first[(unsigned char)text[0] + 1];
    for (size_t depth = 1; low < high; depth++) {
        if (added->at[low].size == depth)
            found = &added->at[low];
        while (low < high && added->at[low].size == depth)
            low++;
        if (depth == size)
            break;
        unsigned byte = (unsigned char)text[depth];
        low = narrow(added, low, high, depth, byte);
        high = narrow(added, low, high, depth, byte + 1);
    }
    return found;
}

/* The character that ends at `end`; false where it is none. */
static bool letter_before(const char *text, size_t end, uint32_t *code, size_t *length)
{
    for (*length = 1; *length <= 4 && *length <= end; ++*length)
        if (utf8_decode(text + end - *length, *length, code) == *length)
            return true;
    return false;
}

static bool stands_alone(const char *text, size_t size, size_t start, size_t end)
{
    uint32_t code;
    size_t length;
    if (letter_before(text, start, &code, &length) && letter_is_word(code))
        return false;
    return !utf8_decode(text + end, size - end, &code) || !letter_is_word(code);
}

static void take_blanks(const struct added_token *token, const char *text, size_t size, size_t from,
                        struct added_match *match)
{
    uint32_t code;
    size_t length;
    while (token->strip_left && match->start > from && letter_before(text, match->start, &code, &length) &&
           letter_is_space(code) && match->start - length >= from)
        match->start -= length;
    while (token->strip_right && (length = utf8_decode(text + match->end, size - match->end, &code)) &&
           letter_is_space(code))
        match->end += length;
}

bool added_find(const struct added *added, const char *text, size_t size, size_t from, bool special,
                struct added_match *match)
{
    for (size_t at = from; added->count && at < size;) {
        const struct added_token *token = longest(added, text + at, size - at);
        if (!token) {
            at++;
            continue;
        }
        if ((token->special && !special) ||
            (token->single_word && !stands_alone(text, size, at, at + token->size))) {
            at += token->size;
            continue;
        }
        *match = (struct added_match){ .start = at, .end = at + token->size, .id = token->id };
        take_blanks(token, text, size, from, match);
        return true;
    }
    return false;
}
