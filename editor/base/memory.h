/* memory.h - small allocations that do not fail. Where the system has no memory left the program ends with
 * one line on standard error; the recovery journal holds the text. Sizes that a user or a file decides (a
 * whole file read at once) use malloc and report an error instead. */
#ifndef EDITOR_BASE_MEMORY_H
#define EDITOR_BASE_MEMORY_H

#include <stddef.h>

/* Released by free(). A size of 0 gives a block of one byte. */
void *memory_new(size_t size) __attribute__((malloc, returns_nonnull));
void *memory_new_zero(size_t size) __attribute__((malloc, returns_nonnull));
void *memory_resize(void *block, size_t size) __attribute__((returns_nonnull));
/* The bytes, ended by a 0 byte. */
char *memory_copy(const char *bytes, size_t size) __attribute__((malloc, returns_nonnull));

#endif
