#include "model/network/codes.h"

int bits_needed(int32_t vocabulary)
{
    int bits = 1;
    while (bits < 31 && (INT32_C(1) << bits) < vocabulary)
        bits++;
    return bits;
}

void bits_write(int32_t id, int bits, float scale, float *out)
{
    for (int b = 0; b < bits; b++)
        out[b] = id >> (bits - 1 - b) & 1 ? scale : -scale;
}

int32_t bits_read(const float *x, int bits)
{
    int32_t id = 0;
    for (int b = 0; b < bits; b++)
        id = id * 2 + (x[b] > 0);
    return id;
}
