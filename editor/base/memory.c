#include "editor/base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *must(void *block)
{
    if (block)
        return block;
    fputs("lacuna: out of memory; unsaved text is in the recovery journal\n", stderr);
    abort();
}

void *memory_new(size_t size)
{
    return must(malloc(size ? size : 1));
}

void *memory_new_zero(size_t size)
{
    return must(calloc(size ? size : 1, 1));
}

void *memory_resize(void *block, size_t size)
{
    return must(realloc(block, size ? size : 1));
}

char *memory_copy(const char *bytes, size_t size)
{
    char *copy = memory_new(size + 1);
    if (size)
        memcpy(copy, bytes, size);
    copy[size] = 0;
    return copy;
}
