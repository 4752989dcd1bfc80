/* random.h - numbers that depend on a seed, a stream and an index alone, so that row n can be made again at any time.
 * The state is a counter through a 64-bit mixing function (SplitMix64, Steele et al. 2014). */
#ifndef MODEL_TRAIN_RANDOM_H
#define MODEL_TRAIN_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t key, counter;
};

struct random random_at(uint64_t seed, uint64_t stream, uint64_t index);
uint64_t random_bits(struct random *random);
/* [0, 1) */
double random_unit(struct random *random);
/* [low, high); low where the range is empty */
int64_t random_range(struct random *random, int64_t low, int64_t high);
double random_normal(struct random *random);
/* An index drawn in proportion to weights [count]; -1 where they sum to nothing. */
int random_weighted(struct random *random, const double *weights, int count);
void random_shuffle(struct random *random, int32_t *items, int count);

#endif
