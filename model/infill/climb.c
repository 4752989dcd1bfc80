#include "model/infill/climb.h"

#include <math.h>
#include <stddef.h>

/* Of lengths that are measured over and over alike, short ones are as likely as long ones on a scale of
 * ratios.
 */
static const double SHORTER = 4;

struct length_bias length_bias_published(void)
{
    return (struct length_bias){ .a = 1.00, .b = 1.77, .c = 0.56, .d = 0.06, .e = 0.24 };
}

double length_bias_at(const struct length_bias *bias, int length)
{
    if (bias->count)
        return bias->measured[(length < bias->count ? length : bias->count) - 1];
    return bias->a * exp(-bias->b * length) + bias->c * exp(-bias->d * length) + bias->e;
}

struct search {
    const struct climb *climb;
    int best, passes;
    double best_score;
};

static bool look(struct search *search, int length, bool *better)
{
    double confidence;
    search->passes++;
    if (!search->climb->look(search->climb->user, length, &confidence))
        return false;
    double score = confidence / length_bias_at(&search->climb->bias, length);
    if (search->climb->bias.count)
        score /= length + SHORTER;
    *better = search->best == 0 || score > search->best_score;
    if (*better) {
        search->best = length;
        search->best_score = score;
    }
    return true;
}

static bool climb_way(struct search *search, int step)
{
    const struct climb *climb = search->climb;
    int worse = 0;
    for (int length = climb->start + step;
         length >= climb->low && length <= climb->high && worse < climb->patience; length += step) {
        bool better;
        if (!look(search, length, &better))
            return false;
        worse = better ? 0 : worse + 1;
    }
    return true;
}

int climb_length(const struct climb *climb, int *passes)
{
    struct search search = { .climb = climb };
    bool better,
        fine = look(&search, climb->start, &better) && climb_way(&search, 1) && climb_way(&search, -1);
    if (passes)
        *passes = search.passes;
    return fine ? search.best : 0;
}
