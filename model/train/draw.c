#include "model/train/draw.h"

struct random draw_stream(uint64_t seed, enum purpose purpose, uint64_t index)
{
    return random_new(seed, ((uint64_t)purpose << 56) ^ index);
}

int64_t draw_range(struct random *random, int64_t low, int64_t high)
{
    if (high <= low)
        return low;
    return low + (int64_t)(random_uniform_double(random) * (double)(high - low));
}

bool draw_chance(struct random *random, double chance)
{
    return random_uniform_double(random) < chance;
}

int draw_weighted(struct random *random, const double *weights, int count)
{
    double total = 0.0;
    for (int i = 0; i < count; i++)
        total += weights[i];
    if (!(total > 0.0))
        return -1;
    double left = random_uniform_double(random) * total;
    int last = -1;
    for (int i = 0; i < count && left >= 0.0; i++)
        if (weights[i] > 0.0) {
            last = i;
            left -= weights[i];
        }
    return last;
}

void draw_shuffle(struct random *random, int32_t *items, int count)
{
    for (int i = count - 1; i > 0; i--) {
        int64_t j = draw_range(random, 0, i + 1);
        int32_t held = items[i];
        items[i] = items[j];
        items[j] = held;
    }
}
