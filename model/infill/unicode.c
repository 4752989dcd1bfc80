#include "model/infill/unicode.h"

#include "model/base/utf8.h"

#include <utf8proc.h>

size_t utf8_read(const char *at, size_t size, int32_t *point)
{
    uint32_t code;
    size_t used = utf8_decode(at, size, &code);
    *point = used ? (int32_t)code : -1;
    return used;
}

bool text_is_utf8(const char *text, size_t size)
{
    return utf8_valid(text, size) == size;
}

int32_t utf8_last(const char *text, size_t size)
{
    for (size_t back = 1; back <= 4 && back <= size; back++) {
        int32_t point;
        if (utf8_read(text + size - back, back, &point) == back)
            return point;
    }
    return -1;
}

int32_t utf8_first(const char *text, size_t size)
{
    int32_t point;
    utf8_read(text, size, &point);
    return point;
}

bool point_is_letter(int32_t point)
{
    utf8proc_category_t category = point < 0 ? UTF8PROC_CATEGORY_CN : utf8proc_category(point);
    return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

bool point_is_word(int32_t point)
{
    utf8proc_category_t category = point < 0 ? UTF8PROC_CATEGORY_CN : utf8proc_category(point);
    return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
           (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO);
}

bool point_is_lower(int32_t point)
{
    return point >= 0 && utf8proc_category(point) == UTF8PROC_CATEGORY_LL;
}

bool point_is_spaced(int32_t point)
{
    return point < 0x0E00 && point_is_word(point);
}

bool point_is_apostrophe(int32_t point)
{
    return point == '\'' || point == 0x2019;
}

bool point_is_blank(int32_t point)
{
    return point >= 0 && utf8proc_category(point) == UTF8PROC_CATEGORY_ZS;
}

bool point_is_break(int32_t point)
{
    return (point >= '\n' && point <= '\r') || point == 0x85 || point == 0x2028 || point == 0x2029;
}

bool point_is_plain(int32_t point, bool newlines)
{
    if (point < 0 || point == 0xFFFD)
        return false;
    if (point == '\n')
        return newlines;
    switch (utf8proc_category(point)) {
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return false;
    default:
        return true;
    }
}

bool text_is_plain(const char *text, size_t size, bool newlines)
{
    for (size_t at = 0; at < size;) {
        int32_t point;
        size_t used = utf8_read(text + at, size - at, &point);
        if (!used || !point_is_plain(point, newlines))
            return false;
        at += used;
    }
    return true;
}

bool text_next_word(const char *text, size_t size, size_t *at, size_t *start, size_t *end)
{
    bool inside = false, hanging = false;
    while (*at < size) {
        int32_t point;
        size_t used = utf8_read(text + *at, size - *at, &point);
        if (point_is_word(point)) {
            if (!inside)
                *start = *at;
            inside = true;
            hanging = false;
            *end = *at + used;
        } else if (inside && (hanging || !point_is_apostrophe(point))) {
            return true;
        } else {
            hanging = inside;
        }
        *at += used ? used : 1;
    }
    return inside;
}

int text_words(const char *text, size_t size)
{
    size_t at = 0, start, end;
    int words = 0;
    while (text_next_word(text, size, &at, &start, &end))
        words++;
    return words;
}
