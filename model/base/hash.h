/* hash.h - the hash of our tables. Not secret: a table built from a hostile file may be slow, so its size is
 * bounded by the file's. */
#ifndef MODEL_BASE_HASH_H
#define MODEL_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t hash_word(uint64_t word)
{
    word ^= word >> 32;
    word *= 0xd6e8feb86659fd93u;
    word ^= word >> 32;
    word *= 0xd6e8feb86659fd93u;
    return word ^ word >> 32;
}

static inline uint64_t hash_bytes(const void *bytes, size_t size)
{
    const char *at = bytes;
    uint64_t hash = size * 0x9e3779b97f4a7c15u, word;
    for (; size >= 8; at += 8, size -= 8) {
        memcpy(&word, at, 8);
        hash = hash_word(hash ^ word);
    }
    word = 0;
    if (size)
        memcpy(&word, at, size);
    return hash_word(hash ^ word ^ (uint64_t)size << 56);
}

#endif
