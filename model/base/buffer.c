#include "model/base/buffer.h"

#include "model/base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *buffer_extend(struct buffer *buffer, size_t size)
{
    buffer->at = memory_grow(buffer->at, &buffer->room, buffer->size + size + 1, 1);
    char *place = buffer->at + buffer->size;
    memset(place, 0, size + 1);
    buffer->size += size;
    return place;
}

void buffer_add(struct buffer *buffer, const void *bytes, size_t size)
{
    buffer->at = memory_grow(buffer->at, &buffer->room, buffer->size + size + 1, 1);
    if (size)
        memcpy(buffer->at + buffer->size, bytes, size);
    buffer->size += size;
    buffer->at[buffer->size] = 0;
}

void buffer_add_text(struct buffer *buffer, const char *text)
{
    buffer_add(buffer, text, strlen(text));
}

void buffer_add_byte(struct buffer *buffer, int byte)
{
    char one = (char)byte;
    buffer_add(buffer, &one, 1);
}

void buffer_print(struct buffer *buffer, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (size > 0)
        vsnprintf(buffer_extend(buffer, (size_t)size), (size_t)size + 1, format, again);
    va_end(again);
}

void buffer_clear(struct buffer *buffer)
{
    buffer->size = 0;
    if (buffer->at)
        buffer->at[0] = 0;
}

void buffer_free(struct buffer *buffer)
{
    free(buffer->at);
    *buffer = (struct buffer){ 0 };
}

char *buffer_take(struct buffer *buffer)
{
    char *taken = buffer->at ? buffer->at : memory_new(1, 1);
    *buffer = (struct buffer){ 0 };
    return taken;
}
