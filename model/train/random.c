#include "model/train/random.h"

#include <math.h>

static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

struct random random_at(uint64_t seed, uint64_t stream, uint64_t index)
{
    uint64_t key = mix(seed + 0x9e3779b97f4a7c15u);
    key = mix(key ^ (stream * 0xd1342543de82ef95u + 1));
    key = mix(key ^ (index * 0xaf251af3b0f025b5u + 3));
    return (struct random){ .key = key };
}

uint64_t random_bits(struct random *random)
{
    return mix(random->key + 0x9e3779b97f4a7c15u * ++random->counter);
}

double random_unit(struct random *random)
{
    return (double)(random_bits(random) >> 11) * 0x1p-53;
}

int64_t random_range(struct random *random, int64_t low, int64_t high)
{
    if (high <= low)
        return low;
    return low + (int64_t)(random_unit(random) * (double)(high - low));
}

double random_normal(struct random *random)
{
    double a = 1.0 - random_unit(random), b = random_unit(random);
    return sqrt(-2.0 * log(a)) * cos(6.283185307179586 * b);
}

int random_weighted(struct random *random, const double *weights, int count)
{
    double total = 0.0;
    for (int i = 0; i < count; i++)
        total += weights[i];
    if (!(total > 0.0))
        return -1;
    double left = random_unit(random) * total;
    int last = -1;
    for (int i = 0; i < count; i++) {
        if (weights[i] <= 0.0)
            continue;
        last = i;
        left -= weights[i];
        if (left < 0.0)
            break;
    }
    return last;
}

void random_shuffle(struct random *random, int32_t *items, int count)
{
    for (int i = count - 1; i > 0; i--) {
        int j = (int)random_range(random, 0, i + 1);
        int32_t held = items[i];
        items[i] = items[j];
        items[j] = held;
    }
}
