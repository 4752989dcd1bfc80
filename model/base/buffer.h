/* buffer.h - a growing run of bytes, always followed by a 0 byte once anything was added. Zero is an empty
 * one. */
#ifndef MODEL_BASE_BUFFER_H
#define MODEL_BASE_BUFFER_H

#include <stdarg.h>
#include <stddef.h>

struct buffer {
    char *at;
    size_t size, room;
};

void buffer_add(struct buffer *buffer, const void *bytes, size_t size);
void buffer_add_text(struct buffer *buffer, const char *text);
void buffer_add_byte(struct buffer *buffer, int byte);
void buffer_print(struct buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* `size` zero bytes at the end; returns where they begin (valid until the next addition). */
char *buffer_extend(struct buffer *buffer, size_t size);
/* Empties it and keeps its room. */
void buffer_clear(struct buffer *buffer);
void buffer_free(struct buffer *buffer);
/* The bytes, now the caller's (never NULL, ended by a 0 byte); the buffer is empty afterwards. */
char *buffer_take(struct buffer *buffer);

#endif
