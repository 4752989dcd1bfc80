/* random.h - numbers that depend on seed, stream and place alone, the same on every machine.
 *
 * Philox 4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3; 2011): a block of
 * four words is a function of the key (seed) and the counter (stream, place), so streams are independent and
 * need no common state. */
#ifndef MODEL_BASE_RANDOM_H
#define MODEL_BASE_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t seed, stream,
        place; /* place: blocks drawn so far; may be stored and set to resume where used == 4 */
    uint32_t words[4];
    int used; /* words of the block already given; 4: none left */
};

struct random random_new(uint64_t seed, uint64_t stream);
uint32_t random_u32(struct random *random);
uint64_t random_u64(struct random *random);
/* Even over 0 … bound - 1; bound is at least 1. */
uint32_t random_below(struct random *random, uint32_t bound);
/* [0, 1) in steps of 2^-24 and 2^-53. */
float random_uniform(struct random *random);
double random_uniform_double(struct random *random);
/* Standard normal. */
float random_normal(struct random *random);
/* The quantile of the standard normal, 0 < p < 1 (Wichura 1988, algorithm AS 241, PPND16). */
double normal_quantile(double p);

#endif
