/* spelling.h - how unlike two words are spelt. */
#ifndef MODEL_INFILL_SPELLING_H
#define MODEL_INFILL_SPELLING_H

#include <stddef.h>

/* What it costs, in logarithms of probability, that the writer meant `meant` and wrote `written`: letters
 * dropped, added, changed or swapped with their neighbour, counted as bytes; upper and lower case differ a
 * little; words that are spelt quite differently all cost the same. */
double spelling_cost(const char *written, size_t written_size, const char *meant, size_t meant_size);

#endif
