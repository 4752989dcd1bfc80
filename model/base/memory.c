#include "model/base/memory.h"

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

/* The number on the line of `path` that begins with `name` ("" for the first); `otherwise` where there is
 * none. */
static uint64_t stated(const char *path, const char *name, uint64_t unit, uint64_t otherwise)
{
    FILE *file = fopen(path, "r");
    char line[256];
    uint64_t found = otherwise;
    unsigned long long number;
    while (file && found == otherwise && fgets(line, sizeof line, file))
        if (!strncmp(line, name, strlen(name)) && sscanf(line + strlen(name), "%llu", &number) == 1)
            found = number * unit;
    if (file)
        fclose(file);
    return found;
}

uint64_t memory_available(void)
{
    uint64_t all = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t here = stated("/proc/meminfo", "MemAvailable:", 1024, all);
    uint64_t most = stated("/sys/fs/cgroup/memory.max", "", 1, UINT64_MAX);
    return here < most ? here : most;
}
