#include "model/tensor/floats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { LINE = 64, HUGE_PAGE = 2 << 20 };

void *aligned_room(size_t size)
{
    size_t boundary = size < HUGE_PAGE ? LINE : HUGE_PAGE, whole = size / boundary * boundary + boundary;
    void *memory = aligned_alloc(boundary, whole);
    if (!memory) {
        fprintf(stderr, "lacuna: out of memory (%zu bytes)\n", whole);
        exit(2);
    }
    if (boundary == HUGE_PAGE)
        madvise(memory, whole, MADV_HUGEPAGE);
    return memory;
}

void *aligned_new(size_t size)
{
    return memset(aligned_room(size), 0, size);
}

float *floats_new(size_t count)
{
    return aligned_new(count * sizeof(float));
}
