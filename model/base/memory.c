#include "model/base/memory.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *memory_or_end(void *found, size_t size)
{
    if (found)
        return found;
    fprintf(stderr, "lacuna: out of memory (%zu bytes)\n", size);
    abort();
}

static size_t bytes_of(size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        memory_or_end(NULL, SIZE_MAX);
    return bytes ? bytes : 1;
}

void *memory_new(size_t count, size_t size)
{
    size_t bytes = bytes_of(count, size);
    return memory_or_end(calloc(1, bytes), bytes);
}

void *memory_resize(void *old, size_t count, size_t size)
{
    size_t bytes = bytes_of(count, size);
    return memory_or_end(realloc(old, bytes), bytes);
}

void *memory_grow(void *old, size_t *room, size_t need, size_t size)
{
    if (old && need <= *room)
        return old;
    size_t wanted = *room < 8 ? 8 : *room * 2;
    *room = wanted < need ? need : wanted;
    return memory_resize(old, *room, size);
}

char *memory_text(const char *text, size_t size)
{
    char *copy = memory_new(size + 1, 1);
    if (size)
        memcpy(copy, text, size);
    return copy;
}

uint64_t memory_total(void)
{
    uint64_t total = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t allowed = UINT64_MAX;
    FILE *file = fopen("/sys/fs/cgroup/memory.max", "r");
    if (file && fscanf(file, "%" SCNu64, &allowed) != 1)
        allowed = UINT64_MAX;
    if (file)
        fclose(file);
    return allowed < total ? allowed : total;
}
