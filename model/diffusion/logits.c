#include "model/diffusion/logits.h"

#include <math.h>

/* A rival further below the best than this many Gumbel units wins less often than once in e^14 draws. */
static const double GUMBEL_REACH = 14;

int32_t argmax(const float *row, int32_t vocabulary)
{
    int32_t best = 0;
    for (int32_t v = 1; v < vocabulary; v++)
        if (row[v] > row[best])
            best = v;
    return best;
}

double log_sum_exp(const float *row, int32_t vocabulary)
{
    float top = row[argmax(row, vocabulary)];
    if (!isfinite(top))
        return top;
    double sum = 0;
    for (int32_t v = 0; v < vocabulary; v++)
        if (row[v] > top - 30)
            sum += expf(row[v] - top);
    return top + log(sum);
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
    double sum = 0;
    for (int32_t v = 0; v < vocabulary; v++) {
        float x = row[v];
        if (x > best) {
            second = best;
            best = x;
        } else if (x > second) {
            second = x;
        }
        if (x > -20)
            sum -= (double)x * expf(x);
    }
    *margin = exp(best) - exp(second);
    *entropy = sum;
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
