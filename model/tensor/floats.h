/* floats.h - zeroed memory on a cache line's boundary, for vectors. The caller's, to be given to free. Never
 * NULL: when the machine is out of memory the process ends with a line on standard error (sizes from files
 * were checked before). */
#ifndef MODEL_TENSOR_FLOATS_H
#define MODEL_TENSOR_FLOATS_H

#include <stddef.h>

float *floats_new(size_t count) __attribute__((malloc, returns_nonnull));
/* `size` bytes in the same way; and not zeroed. */
void *aligned_new(size_t size) __attribute__((malloc, returns_nonnull));
void *aligned_room(size_t size) __attribute__((malloc, returns_nonnull));

#endif
