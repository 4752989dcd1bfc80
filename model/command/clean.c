#include "model/command/clean.h"

#include "model/base/buffer.h"

#include <utf8proc.h>

/* Bytes of the character at `text`, 0 where there is none. */
static size_t character_size(const char *text, size_t size)
{
    utf8proc_int32_t code;
    utf8proc_ssize_t used = utf8proc_iterate((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)size, &code);
    return used > 0 ? (size_t)used : 0;
}

json_t *clean_string(const char *text, size_t size)
{
    json_t *string = json_stringn(text, size);
    if (string)
        return string;
    struct buffer buffer = { 0 };
    for (size_t i = 0; i < size;) {
        size_t used = character_size(text + i, size - i);
        if (used)
            buffer_add(&buffer, text + i, used);
        else
            buffer_add_text(&buffer, "\uFFFD");
        i += used ? used : 1;
    }
    string = json_stringn(buffer.at, buffer.size);
    buffer_free(&buffer);
    return string;
}

char *clean_line(const char *text)
{
    struct buffer buffer = { 0 };
    size_t size = strlen(text);
    for (size_t i = 0; i < size;) {
        size_t used = character_size(text + i, size - i);
        unsigned char first = (unsigned char)text[i];
        if (used == 0 || first < 0x20 || first == 0x7f ||
            (first == 0xc2 && (unsigned char)text[i + 1] < 0xa0))
            buffer_add_byte(&buffer, '?');
        else
            buffer_add(&buffer, text + i, used);
        i += used ? used : 1;
    }
    return buffer_take(&buffer);
}
