#include "editor/base/bytes.h"
#include "editor/base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bytes_reserve(struct bytes *bytes, size_t size)
{
    size_t need = bytes->size + size + 1;
    if (need <= bytes->capacity)
        return;
    size_t capacity = bytes->capacity < 64 ? 64 : bytes->capacity * 2;
    if (capacity < need)
        capacity = need;
    bytes->data = memory_resize(bytes->data, capacity);
    bytes->capacity = capacity;
}

void bytes_append(struct bytes *bytes, const void *data, size_t size)
{
    bytes_reserve(bytes, size);
    if (size)
        memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
    bytes->data[bytes->size] = 0;
}

void bytes_append_byte(struct bytes *bytes, char byte)
{
    bytes_append(bytes, &byte, 1);
}

void bytes_append_text(struct bytes *bytes, const char *text)
{
    bytes_append(bytes, text, strlen(text));
}

void bytes_format(struct bytes *bytes, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (size >= 0) {
        bytes_reserve(bytes, (size_t)size);
        vsnprintf(bytes->data + bytes->size, (size_t)size + 1, format, again);
        bytes->size += (size_t)size;
    }
    va_end(again);
}

void bytes_clear(struct bytes *bytes)
{
    bytes->size = 0;
    if (bytes->data)
        bytes->data[0] = 0;
}

char *bytes_take(struct bytes *bytes)
{
    bytes_reserve(bytes, 0);
    bytes->data[bytes->size] = 0;
    char *data = bytes->data;
    *bytes = (struct bytes){ 0 };
    return data;
}

void bytes_free(struct bytes *bytes)
{
    free(bytes->data);
    *bytes = (struct bytes){ 0 };
}
