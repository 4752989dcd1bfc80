#include "model/tokenizer/letters.h"

#include "model/base/utf8.h"

#include <utf8proc.h>

static utf8proc_category_t category(uint32_t code)
{
    return utf8proc_category((utf8proc_int32_t)code);
}

bool letter_is_space(uint32_t code)
{
    return (code >= 9 && code <= 13) || code == ' ' || code == 0x85 || code == 0xa0 || code == 0x1680 ||
           (code >= 0x2000 && code <= 0x200a) || code == 0x2028 || code == 0x2029 || code == 0x202f ||
           code == 0x205f || code == 0x3000;
}

bool letter_is_punctuation(uint32_t code)
{
    if (code < 128)
        return (code >= '!' && code <= '/') || (code >= ':' && code <= '@') || (code >= '[' && code <= '`') ||
               (code >= '{' && code <= '~');
    utf8proc_category_t kind = category(code);
    return kind >= UTF8PROC_CATEGORY_PC && kind <= UTF8PROC_CATEGORY_PO;
}

bool letter_is_number(uint32_t code)
{
    utf8proc_category_t kind = category(code);
    return kind >= UTF8PROC_CATEGORY_ND && kind <= UTF8PROC_CATEGORY_NO;
}

/* \w of Unicode TS 18: Alphabetic (letters, letter numbers, circled and squared letters), marks, Nd, Pc,
 * Join_Control. */
bool letter_is_word(uint32_t code)
{
    utf8proc_category_t kind = category(code);
    return (kind >= UTF8PROC_CATEGORY_LU && kind <= UTF8PROC_CATEGORY_NL) || kind == UTF8PROC_CATEGORY_PC ||
           code == 0x200c || code == 0x200d || (code >= 0x24b6 && code <= 0x24e9) ||
           (code >= 0x1f130 && code <= 0x1f149) || (code >= 0x1f150 && code <= 0x1f169) ||
           (code >= 0x1f170 && code <= 0x1f189);
}

bool letter_is_other(uint32_t code)
{
    utf8proc_category_t kind = category(code);
    return kind == UTF8PROC_CATEGORY_CN || kind >= UTF8PROC_CATEGORY_CC;
}

bool letter_is_accent(uint32_t code)
{
    return category(code) == UTF8PROC_CATEGORY_MN;
}

bool letter_is_chinese(uint32_t code)
{
    return (code >= 0x4e00 && code <= 0x9fff) || (code >= 0x3400 && code <= 0x4dbf) ||
           (code >= 0x20000 && code <= 0x2a6df) || (code >= 0x2a700 && code <= 0x2b73f) ||
           (code >= 0x2b740 && code <= 0x2b81f) || (code >= 0x2b820 && code <= 0x2ceaf) ||
           (code >= 0xf900 && code <= 0xfaff) || (code >= 0x2f800 && code <= 0x2fa1f);
}

/* Bytes that are not printable, in order: 0…32 are U+0100…0120, 127…160 U+0121…0142, 173 U+0143. */
uint32_t byte_letter(uint8_t byte)
{
    if (byte <= 32)
        return 0x100u + byte;
    if (byte >= 127 && byte <= 160)
        return 0x121u + byte - 127;
    return byte == 173 ? 0x143 : byte;
}

int letter_byte(uint32_t code)
{
    if (code >= 0x100 && code <= 0x120)
        return (int)code - 0x100;
    if (code >= 0x121 && code <= 0x142)
        return (int)code - 0x121 + 127;
    if (code == 0x143)
        return 173;
    return code < 256 && byte_letter((uint8_t)code) == code ? (int)code : -1;
}

void buffer_add_letter(struct buffer *buffer, uint32_t code)
{
    char bytes[4];
    buffer_add(buffer, bytes, utf8_encode(code, bytes));
}

bool letters_to_bytes(const char *spelling, size_t size, struct buffer *out)
{
    size_t before = out->size;
    uint32_t code;
    for (size_t at = 0, length; at < size; at += length) {
        length = utf8_decode(spelling + at, size - at, &code);
        int byte = length ? letter_byte(code) : -1;
        if (byte < 0) {
            out->size = before;
            return false;
        }
        buffer_add_byte(out, byte);
    }
    return true;
}

void bytes_to_letters(const char *bytes, size_t size, struct buffer *out)
{
    for (size_t k = 0; k < size; k++)
        buffer_add_letter(out, byte_letter((uint8_t)bytes[k]));
}
