#include "model/tensor/scratch.h"

#include "model/tensor/floats.h"

#include <stdlib.h>

void scratch_init(struct scratch *scratch, int count)
{
    *scratch =
        (struct scratch){ .count = count, .taken = aligned_new((size_t)count * sizeof *scratch->taken) };
    for (int i = 0; i < count; i++)
        atomic_flag_clear(&scratch->taken[i]);
}

void scratch_free(struct scratch *scratch)
{
    free(scratch->taken);
    free(scratch->memory);
    *scratch = (struct scratch){ 0 };
}

void scratch_reserve(struct scratch *scratch, size_t each)
{
    if (each <= scratch->each)
        return;
    free(scratch->memory);
    scratch->each = (each + 15) / 16 * 16;
    scratch->memory = floats_new((size_t)scratch->count * scratch->each);
}

float *scratch_take(struct scratch *scratch)
{
    for (int i = 0;; i = (i + 1) % scratch->count)
        if (!atomic_flag_test_and_set_explicit(&scratch->taken[i], memory_order_acquire))
            return scratch->memory + (size_t)i * scratch->each;
}

void scratch_give(struct scratch *scratch, float *piece)
{
    size_t i = (size_t)(piece - scratch->memory) / scratch->each;
    atomic_flag_clear_explicit(&scratch->taken[i], memory_order_release);
}
