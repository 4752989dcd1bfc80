#include "model/diffusion/guidance.h"

#include <math.h>

const double guidance_floor = 0.05;
/* Far enough down that such a piece is chosen only where a promise leaves no other. */
static const float BELOW_FLOOR = 1e4f;

void guidance_mix(const struct guidance *guidance, float *choice, const float *with, const float *without,
                  int32_t vocabulary)
{
    float best = -INFINITY;
    for (int32_t v = 0; v < vocabulary; v++)
        best = with[v] > best ? with[v] : best;
    float least = best + (float)log(guidance->floor), s = (float)guidance->scale;
    for (int32_t v = 0; v < vocabulary; v++)
        choice[v] = with[v] < least ? with[v] - BELOW_FLOOR : without[v] + s * (with[v] - without[v]);
}
