#include "model/diffusion/logits.h"

#include "model/tensor/kernels.h"

#include <math.h>

/* A rival further below the best than this many Gumbel units wins less often than once in e^14 draws. */
static const double GUMBEL_REACH = 14;

int32_t argmax(const float *row, int32_t vocabulary)
{
    float top = kernels_choose()->largest(row, vocabulary);
    for (int32_t v = 0; v < vocabulary; v++)
        if (row[v] == top)
            return v;
    return 0;
}

double log_sum_exp(const float *row, int32_t vocabulary)
{
    return kernels_choose()->log_sum_exp(row, vocabulary);
}

void log_softmax(float *row, int32_t vocabulary)
{
    float shift = (float)log_sum_exp(row, vocabulary);
    for (int32_t v = 0; v < vocabulary; v++)
        row[v] -= shift;
}

void distribution_shape(const float *row, int32_t vocabulary, double *margin, double *entropy)
{
    float best = -INFINITY, second = -INFINITY;
    for (int32_t v = 0; v < vocabulary; v++) {
        if (row[v] > best) {
            second = best;
            best = row[v];
        } else if (row[v] > second) {
            second = row[v];
        }
    }
    *margin = exp(best) - exp(second);
    *entropy = kernels_choose()->entropy(row, vocabulary);
}

void add_gumbel(float *row, int32_t vocabulary, double heat, const struct draws *draws)
{
    if (heat <= 0)
        return;
    float floor_ = (float)(row[argmax(row, vocabulary)] - GUMBEL_REACH * heat);
    for (int32_t v = 0; v < vocabulary; v++)
        if (row[v] >= floor_ && isfinite(row[v]))
            row[v] += (float)(heat * draw_gumbel(draws));
}
