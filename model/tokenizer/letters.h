/* letters.h - what tokenizers ask about a character, and the byte alphabet of byte-level models. */
#ifndef MODEL_TOKENIZER_LETTERS_H
#define MODEL_TOKENIZER_LETTERS_H

#include "model/base/buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool letter_is_space(uint32_t code);       /* Unicode White_Space */
bool letter_is_punctuation(uint32_t code); /* category P, and the ASCII symbols */
bool letter_is_number(uint32_t code);      /* category N */
bool letter_is_word(uint32_t code);        /* letter, mark, decimal or letter number, connector */
bool letter_is_other(uint32_t code);       /* category C */
bool letter_is_accent(uint32_t code);      /* category Mn */
bool letter_is_chinese(uint32_t code);     /* the CJK blocks of the BERT tokenizers */

/* GPT-2 writes each byte as one printable character: itself where it is printable, else U+0100 and up. */
uint32_t byte_letter(uint8_t byte);
/* -1 where the character stands for no byte. */
int letter_byte(uint32_t code);
void buffer_add_letter(struct buffer *buffer, uint32_t code);
/* The bytes of a spelling in the byte alphabet; false (nothing added) where a character of it stands for no
 * byte. */
bool letters_to_bytes(const char *spelling, size_t size, struct buffer *out);
void bytes_to_letters(const char *bytes, size_t size, struct buffer *out);

#endif
