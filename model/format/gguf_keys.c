#include "model/format/gguf.h"

#include <stdlib.h>
#include <string.h>

bool gguf_text_is(struct gguf_text text, const char *other)
{
    return text.size == strlen(other) && !memcmp(text.at, other, text.size);
}

const struct gguf_key *gguf_find(const struct gguf *gguf, const char *name)
{
    size_t low = 0, high = gguf->key_count, size = strlen(name);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct gguf_text text = gguf->keys[middle].name;
        int order = memcmp(text.at, name, text.size < size ? text.size : size);
        order = order ? order : (text.size > size) - (text.size < size);
        if (!order)
            return &gguf->keys[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

int64_t gguf_member(const struct gguf_key *key, uint64_t index)
{
    union {
        uint8_t u8;
        int8_t i8;
        uint16_t u16;
        int16_t i16;
        uint32_t u32;
        int32_t i32;
        int64_t i64;
    } value = { 0 };
    static const uint8_t sizes[] = { 1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8 };
    memcpy(&value, key->data + index * sizes[key->type], sizes[key->type]);
    switch (key->type) {
    case GGUF_U8:
    case GGUF_BOOL:
        return value.u8;
    case GGUF_I8:
        return value.i8;
    case GGUF_U16:
        return value.u16;
    case GGUF_I16:
        return value.i16;
    case GGUF_U32:
        return value.u32;
    case GGUF_I32:
        return value.i32;
    default:
        return value.i64;
    }
}

static bool is_whole(const struct gguf_key *key)
{
    return key && !key->array && key->type != GGUF_F32 && key->type != GGUF_F64 && key->type != GGUF_STRING &&
           key->type != GGUF_BOOL;
}

int64_t gguf_whole(const struct gguf *gguf, const char *name, int64_t otherwise)
{
    const struct gguf_key *key = gguf_find(gguf, name);
    return is_whole(key) ? gguf_member(key, 0) : otherwise;
}

double gguf_real(const struct gguf *gguf, const char *name, double otherwise)
{
    const struct gguf_key *key = gguf_find(gguf, name);
    float single;
    double twice;
    if (is_whole(key))
        return (double)gguf_member(key, 0);
    if (!key || key->array)
        return otherwise;
    if (key->type == GGUF_F32) {
        memcpy(&single, key->data, sizeof single);
        return single;
    }
    if (key->type != GGUF_F64)
        return otherwise;
    memcpy(&twice, key->data, sizeof twice);
    return twice;
}

bool gguf_flag(const struct gguf *gguf, const char *name, bool otherwise)
{
    const struct gguf_key *key = gguf_find(gguf, name);
    return key && !key->array && key->type == GGUF_BOOL ? key->data[0] != 0 : otherwise;
}

struct gguf_text gguf_next_string(const uint8_t **at)
{
    uint64_t size;
    memcpy(&size, *at, sizeof size);
    struct gguf_text text = { (const char *)*at + sizeof size, size };
    *at += sizeof size + size;
    return text;
}

bool gguf_string(const struct gguf *gguf, const char *name, struct gguf_text *text)
{
    const struct gguf_key *key = gguf_find(gguf, name);
    if (!key || key->array || key->type != GGUF_STRING)
        return false;
    const uint8_t *at = key->data;
    *text = gguf_next_string(&at);
    return true;
}
