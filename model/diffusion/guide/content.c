/* Semantic content: which value of each slot a text names (Li et al. 2022, section 5.1). Words name it, so a
 * label of the text is what the places have at most, smoothly:
 *
 *     z_v = log Σ_i exp(out_iv),   p(v) = softmax of z over the values of its slot, silence among them */
#include "model/diffusion/guide.h"

#include <math.h>
#include <stddef.h>

static float pool(const float *out, int places, int columns, int column)
{
    float most = -INFINITY, sum = 0;
    for (int i = 0; i < places; i++)
        most = fmaxf(most, out[i * columns + column]);
    for (int i = 0; i < places; i++)
        sum += expf(out[i * columns + column] - most);
    return most + logf(sum);
}

/* log Σ_v exp(z_v) of a group. */
static float pool_group(const float *out, int places, int columns, const struct label_group *group)
{
    float most = -INFINITY, sum = 0;
    for (int v = 0; v < group->count; v++)
        most = fmaxf(most, pool(out, places, columns, group->first + v));
    for (int v = 0; v < group->count; v++)
        sum += expf(pool(out, places, columns, group->first + v) - most);
    return most + logf(sum);
}

static double loss(const struct labels *labels, const int *wanted, float *out, int places, float *slopes)
{
    int columns = labels->columns;
    double sum = 0;
    for (int k = 0; k < places * columns; k++)
        slopes[k] = 0;
    for (int g = 0; g < labels->group_count; g++) {
        const struct label_group *group = &labels->groups[g];
        if (wanted[g] < 0)
            continue;
        int at = group->first + wanted[g];
        float whole = pool_group(out, places, columns, group), mine = pool(out, places, columns, at);
        sum += (double)(whole - mine);
        for (int i = 0; i < places; i++) {
            for (int v = group->first; v < group->first + group->count; v++)
                slopes[i * columns + v] = expf(out[i * columns + v] - whole);
            slopes[i * columns + at] -= expf(out[i * columns + at] - mine);
        }
    }
    return sum;
}

const struct guide guide_content = {
    .name = "content", .help = "the value of each slot that a text names", .rate = 10, .loss = loss
};
