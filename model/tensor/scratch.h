/* scratch.h - one piece of working memory for each thread that can be inside a job, taken by a tile and given
 * back. */
#ifndef MODEL_TENSOR_SCRATCH_H
#define MODEL_TENSOR_SCRATCH_H

#include <stdatomic.h>
#include <stddef.h>

struct scratch {
    int count;
    size_t each; /* floats */
    atomic_flag *taken;
    float *memory; /* [count][each] */
};

void scratch_init(struct scratch *scratch, int count);
void scratch_free(struct scratch *scratch);
/* Makes every piece at least `each` floats; what was in them is lost. Not while one is taken. */
void scratch_reserve(struct scratch *scratch, size_t each);
float *scratch_take(struct scratch *scratch);
void scratch_give(struct scratch *scratch, float *piece);

#endif
