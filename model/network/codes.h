/* codes.h - tokens as vectors of bits (Analog Bits, Chen et al. 2022): the number's binary digits, most
 * significant first, as -scale and +scale. */
#ifndef MODEL_NETWORK_CODES_H
#define MODEL_NETWORK_CODES_H

#include <stdint.h>

/* How many bits the ids below `vocabulary` need. */
int bits_needed(int32_t vocabulary);
void bits_write(int32_t id, int bits, float scale, float *out);
/* What the signs say; it may be any number of so many bits. */
int32_t bits_read(const float *x, int bits);

#endif
