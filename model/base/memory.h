/* memory.h - allocation that does not return NULL.
 *
 * Sizes that come from a file are checked against the file before they get here, so a failure means that the
 * machine is out of memory: the process ends with a line on standard error, as there is nothing sane left to
 * do. */
#ifndef MODEL_BASE_MEMORY_H
#define MODEL_BASE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/* `count` zeroed elements of `size` bytes; the caller's, to be given to free. Never NULL, not even for
 * nothing. */
void *memory_new(size_t count, size_t size) __attribute__((malloc, returns_nonnull));
/* `old` (NULL is fine) moved to room for `count` elements; what was there is kept, what is new is not zeroed.
 */
void *memory_resize(void *old, size_t count, size_t size) __attribute__((returns_nonnull));
/* Makes room for `need` elements by at least doubling *room. */
void *memory_grow(void *old, size_t *room, size_t need, size_t size) __attribute__((returns_nonnull));
/* Bytes that can be used before the machine swaps or, in a container, before its limit. */
uint64_t memory_available(void);
/* `size` bytes and a 0 byte. */
char *memory_text(const char *text, size_t size) __attribute__((malloc, returns_nonnull));

#endif
