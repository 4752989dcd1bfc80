#include "model/infill/consensus.h"

#include "model/base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { RUN_MOST = 4 };

static bool same_run(const struct ids *a, size_t at, const struct ids *b, size_t from, size_t run)
{
    return memcmp(a->at + at, b->at + from, run * sizeof *a->at) == 0;
}

/* How many runs of that many tokens both have, each used once. */
static size_t shared_runs(const struct ids *one, const struct ids *other, size_t run)
{
    bool *used = memory_new(other->count, sizeof *used);
    size_t shared = 0;
    for (size_t i = 0; i + run <= one->count; i++)
        for (size_t k = 0; k + run <= other->count; k++)
            if (!used[k] && same_run(one, i, other, k, run)) {
                used[k] = true;
                shared++;
                break;
            }
    free(used);
    return shared;
}

double consensus_likeness(const struct ids *one, const struct ids *other)
{
    double sum = 0;
    int counted = 0;
    for (size_t run = 1; run <= RUN_MOST; run++) {
        size_t a = one->count >= run ? one->count - run + 1 : 0,
               b = other->count >= run ? other->count - run + 1 : 0;
        if (a + b == 0)
            continue;
        sum += 2.0 * (double)shared_runs(one, other, run) / (double)(a + b);
        counted++;
    }
    return counted ? sum / counted : 1;
}

size_t consensus_best(const struct ids *samples, size_t count)
{
    double *sums = memory_new(count, sizeof *sums);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++) {
            double likeness = consensus_likeness(&samples[i], &samples[k]);
            sums[i] += likeness;
            sums[k] += likeness;
        }
    size_t best = 0;
    for (size_t i = 1; i < count; i++)
        if (sums[i] > sums[best])
            best = i;
    free(sums);
    return best;
}
