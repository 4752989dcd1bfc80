/* draw.h - what rows and first weights are drawn with, on top of base/random.h. A stream is a purpose and an
 * index, so that row n can be made again at any time. */
#ifndef MODEL_TRAIN_DRAW_H
#define MODEL_TRAIN_DRAW_H

#include "model/base/random.h"

#include <stdbool.h>
#include <stdint.h>

enum purpose { DRAW_WEIGHTS = 1, DRAW_ROW, DRAW_SHARES };

struct random draw_stream(uint64_t seed, enum purpose purpose, uint64_t index);
/* [low, high); low where that is empty. */
int64_t draw_range(struct random *random, int64_t low, int64_t high);
bool draw_chance(struct random *random, double chance);
/* An index in proportion to weights [count]; -1 where they sum to nothing. */
int draw_weighted(struct random *random, const double *weights, int count);
void draw_shuffle(struct random *random, int32_t *items, int count);

#endif
