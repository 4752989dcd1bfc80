#include "model/tensor/floats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 64 };

void *aligned_new(size_t size)
{
    size_t whole = size / LINE * LINE + LINE;
    void *memory = aligned_alloc(LINE, whole);
    if (!memory) {
        fprintf(stderr, "lacuna: out of memory (%zu bytes)\n", whole);
        exit(2);
    }
    memset(memory, 0, whole);
    return memory;
}

float *floats_new(size_t count)
{
    return aligned_new(count * sizeof(float));
}
