#include "editor/text/utf8.h"

#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

static struct unit byte_unit(const char *bytes)
{
    return (struct unit){ -(int32_t)(unsigned char)*bytes, 1 };
}

/* Well-formed sequences: Unicode Standard, table 3-7. The first continuation byte has limits of its own. */
struct unit unit_decode(const char *bytes, size_t size)
{
    if (!size)
        return (struct unit){ 0, 0 };
    unsigned char first = (unsigned char)bytes[0], low = 0x80, high = 0xbf;
    unsigned length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (first < 0x80)
        return (struct unit){ first, 1 };
    if (first < 0xc2 || first > 0xf4 || length > size)
        return byte_unit(bytes);
    if (first == 0xe0)
        low = 0xa0;
    else if (first == 0xed)
        high = 0x9f;
    else if (first == 0xf0)
        low = 0x90;
    else if (first == 0xf4)
        high = 0x8f;
    int32_t code = first & (0x7f >> length);
    for (unsigned i = 1; i < length; i++) {
        unsigned char next = (unsigned char)bytes[i];
        if (next < low || next > high)
            return byte_unit(bytes);
        code = code << 6 | (next & 0x3f);
        low = 0x80;
        high = 0xbf;
    }
    return (struct unit){ code, length };
}

struct unit unit_decode_before(const char *bytes, size_t size)
{
    for (size_t back = 1; back <= 4 && back <= size; back++) {
        struct unit unit = unit_decode(bytes + size - back, back);
        if (unit.size == back && unit.code >= 0)
            return unit;
    }
    return size ? byte_unit(bytes + size - 1) : (struct unit){ 0, 0 };
}

unsigned unit_encode(int32_t code, char out[4])
{
    if (code < 0 && code >= -255) {
        out[0] = (char)-code;
        return 1;
    }
    if (!utf8proc_codepoint_valid(code))
        code = 0xfffd;
    return (unsigned)utf8proc_encode_char(code, (utf8proc_uint8_t *)out);
}

/* Format characters that a screen would swallow: zero-width spaces, marks of direction, separators. */
static bool is_hidden(int32_t code)
{
    if (code < 0xa0 || code == 0xad)
        return code >= 0x80 && code < 0xa0;
    const utf8proc_property_t *property = utf8proc_get_property(code);
    switch (property->category) {
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return property->boundclass == UTF8PROC_BOUNDCLASS_CONTROL;
    default:
        return false;
    }
}

unsigned unit_show(int32_t code, char out[UNIT_SHOWN_SIZE])
{
    int length = 0;
    if (code < 0)
        length = snprintf(out, UNIT_SHOWN_SIZE, "\\x%02x", (unsigned)-code);
    else if (code < 0x20 || code == 0x7f)
        length = snprintf(out, UNIT_SHOWN_SIZE, "^%c", code ^ 0x40);
    else if (is_hidden(code))
        length = snprintf(out, UNIT_SHOWN_SIZE, "<%02x>", (unsigned)code);
    return length > 0 ? (unsigned)length : 0;
}

int unit_width(int32_t code)
{
    char shown[UNIT_SHOWN_SIZE];
    if (code >= 0x20 && code < 0x7f)
        return 1;
    if (code == '\t')
        return 0;
    unsigned length = unit_show(code, shown);
    if (length)
        return (int)length;
    const utf8proc_property_t *property = utf8proc_get_property(code);
    if (property->boundclass == UTF8PROC_BOUNDCLASS_REGIONAL_INDICATOR)
        return 1;
    if (property->category == UTF8PROC_CATEGORY_CN || property->category == UTF8PROC_CATEGORY_CO ||
        code == 0xad)
        return property->charwidth == 2 ? 2 : 1;
    return property->charwidth;
}

static bool is_emoji(int32_t code)
{
    int class = utf8proc_get_property(code)->boundclass;
    return code > 0xff && class == UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC;
}

/* Scripts written without blanks make words of their own, as in vim. */
static enum kind kind_of_script(int32_t code)
{
    if ((code >= 0x4e00 && code <= 0x9fff) || (code >= 0x3400 && code <= 0x4dbf) ||
        (code >= 0xf900 && code <= 0xfaff) || (code >= 0x20000 && code <= 0x3134f) || code == 0x3005 ||
        code == 0x3007)
        return KIND_HAN;
    if (code >= 0x3041 && code <= 0x309f)
        return KIND_HIRAGANA;
    if ((code >= 0x30a1 && code <= 0x30ff) || (code >= 0x31f0 && code <= 0x31ff) ||
        (code >= 0xff66 && code <= 0xff9f))
        return KIND_KATAKANA;
    if ((code >= 0xac00 && code <= 0xd7a3) || (code >= 0x1100 && code <= 0x11ff) ||
        (code >= 0x3130 && code <= 0x318f))
        return KIND_HANGUL;
    return KIND_WORD;
}

static enum kind kind_of_category(int32_t code)
{
    switch (utf8proc_get_property(code)->category) {
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return KIND_BLANK;
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN:
        return kind_of_script(code);
    default:
        return KIND_PUNCTUATION;
    }
}

enum kind unit_kind(int32_t code)
{
    if (code < 0)
        return KIND_WORD;
    if (code < 0x80) {
        bool letter = (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') || code == '_';
        if (letter || (code >= '0' && code <= '9'))
            return KIND_WORD;
        return code == ' ' || code == '\t' || code == '\n' || code == 0 ? KIND_BLANK : KIND_PUNCTUATION;
    }
    return is_emoji(code) ? KIND_EMOJI : kind_of_category(code);
}

bool unit_is_blank(int32_t code)
{
    return code == ' ' || (code >= '\t' && code <= '\r') || (code > 0x7f && unit_kind(code) == KIND_BLANK);
}

bool unit_is_upper(int32_t code)
{
    return code >= 0 && utf8proc_tolower(code) != code;
}

bool unit_is_lower(int32_t code)
{
    return code >= 0 && utf8proc_toupper(code) != code;
}

int32_t unit_to_upper(int32_t code)
{
    return code < 0 ? code : utf8proc_toupper(code);
}

int32_t unit_to_lower(int32_t code)
{
    return code < 0 ? code : utf8proc_tolower(code);
}

struct unit text_unit(const struct text *text, size_t offset)
{
    size_t size;
    char window[4];
    const char *bytes = text_chunk(text, offset, &size);
    if (size >= 4 || (size && (unsigned char)*bytes < 0x80))
        return unit_decode(bytes, size);
    return unit_decode(window, text_read(text, offset, window, sizeof window));
}

struct unit text_unit_before(const struct text *text, size_t offset)
{
    size_t size;
    char window[4];
    const char *bytes = text_chunk_before(text, offset, &size);
    if (size >= 4 || (size && (unsigned char)bytes[size - 1] < 0x80))
        return unit_decode_before(bytes, size);
    size_t end = offset < text_size(text) ? offset : text_size(text), start = end > 4 ? end - 4 : 0;
    return unit_decode_before(window, text_read(text, start, window, end - start));
}

size_t text_unit_start(const struct text *text, size_t offset)
{
    size_t start = offset > 3 ? offset - 3 : 0;
    for (; start < offset; start++)
        if (start + text_unit(text, start).size > offset)
            return start;
    return offset;
}
