/* bytes.h - a byte string that grows. `{ 0 }` is an empty one; `data` is ended by a 0 byte once it is not
 * NULL. */
#ifndef EDITOR_BASE_BYTES_H
#define EDITOR_BASE_BYTES_H

#include <stddef.h>

struct bytes {
    char *data;
    size_t size, capacity;
};

void bytes_append(struct bytes *bytes, const void *data, size_t size);
void bytes_append_byte(struct bytes *bytes, char byte);
void bytes_append_text(struct bytes *bytes, const char *text);
void bytes_format(struct bytes *bytes, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Room for `size` more bytes at data + size, which the caller may fill and then add to size. */
void bytes_reserve(struct bytes *bytes, size_t size);
/* Empty again, memory kept. */
void bytes_clear(struct bytes *bytes);
/* The data as one malloc'd string, never NULL; the byte string is empty afterwards. */
char *bytes_take(struct bytes *bytes);
void bytes_free(struct bytes *bytes);

#endif
