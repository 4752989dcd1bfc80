/* utf8.h - UTF-8 read and written with care: overlong forms, surrogates and codes past U+10FFFF are
 * ill-formed. */
#ifndef MODEL_BASE_UTF8_H
#define MODEL_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the character at `at` (1…4) and its code; 0 where none of the `size` bytes begin a well-formed
 * one. */
size_t utf8_decode(const char *at, size_t size, uint32_t *code);
/* Writes 1…4 bytes. */
size_t utf8_encode(uint32_t code, char out[4]);
/* Bytes of the longest well-formed beginning. */
size_t utf8_valid(const char *at, size_t size);
/* Bytes of the ill-formed beginning that one U+FFFD stands for (the longest that begins a character, else 1);
 * size > 0. */
size_t utf8_broken(const char *at, size_t size);

#endif
