#include "editor/view/cluster.h"

#include <utf8proc.h>

static const utf8proc_uint8_t *bytes_of(const char *text)
{
    return (const utf8proc_uint8_t *)text;
}

size_t cluster_size(const char *text, size_t size)
{
    utf8proc_int32_t before, next, state = 0;
    if ((unsigned char)text[0] < 0x80 && (size == 1 || (unsigned char)text[1] < 0x80))
        return text[0] == '\r' && size > 1 && text[1] == '\n' ? 2 : 1;
    utf8proc_ssize_t used = utf8proc_iterate(bytes_of(text), (utf8proc_ssize_t)size, &before);
    if (used <= 0)
        return 1;
    for (size_t at = (size_t)used; at < size; at += (size_t)used) {
        used = utf8proc_iterate(bytes_of(text + at), (utf8proc_ssize_t)(size - at), &next);
        if (used <= 0 || utf8proc_grapheme_break_stateful(before, next, &state))
            return at;
        before = next;
    }
    return size;
}

int cluster_width(const char *text, size_t size)
{
    unsigned char first = (unsigned char)text[0];
    if (first < 0x80 && size == 1)
        return first < 0x20 || first == 0x7f ? -1 : 1;
    int width = 0;
    utf8proc_int32_t code;
    for (size_t at = 0; at < size;) {
        utf8proc_ssize_t used = utf8proc_iterate(bytes_of(text + at), (utf8proc_ssize_t)(size - at), &code);
        if (used <= 0 || (at == 0 && (code < 0x20 || (code >= 0x7f && code < 0xa0))))
            return -1;
        int one = code == 0xfe0f ? 2 : utf8proc_charwidth(code);
        if (one > width)
            width = one;
        at += (size_t)used;
    }
    return width > 2 ? 2 : width;
}
