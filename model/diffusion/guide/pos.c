/* Parts of speech: the tag of each place (Li et al. 2022, section 5.1). */
#include "model/diffusion/guide.h"
#include "model/diffusion/logits.h"

#include <math.h>
#include <string.h>

static double loss(const struct labels *labels, const int *wanted, float *out, int places, float *slopes)
{
    int count = labels->columns;
    double sum = 0;
    for (int i = 0; i < places; i++) {
        float *row = out + (size_t)i * (size_t)count, *slope = slopes + (size_t)i * (size_t)count;
        memset(slope, 0, (size_t)count * sizeof *slope);
        if (wanted[i] < 0)
            continue;
        log_softmax(row, count);
        sum -= (double)row[wanted[i]];
        for (int c = 0; c < count; c++)
            slope[c] = expf(row[c]);
        slope[wanted[i]] -= 1;
    }
    return sum;
}

const struct guide guide_pos = {
    .name = "pos", .help = "the part of speech at each place", .rate = 2, .by_place = true, .loss = loss
};
