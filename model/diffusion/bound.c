#include "model/diffusion/bound.h"

#include "model/diffusion/logits.h"

#include <math.h>

double bound_masked(const struct prediction *prediction, const struct process_noise *noise, const float *row,
                    int32_t truth, double sigma)
{
    if (!prediction->scores)
        return -(double)row[truth];
    double shift = log(expm1(sigma)), sum = 0;
    for (int32_t v = 0; v < noise->vocabulary; v++)
        sum += v == noise->mask ? 0 : exp((double)row[v] + shift);
    return sum - 1 - ((double)row[truth] + shift);
}

double bound_score_entropy(const struct process *process, const struct process_noise *noise,
                           const float *log_score, int32_t id, int32_t truth, double sigma, float *room)
{
    float *rates = room, *ratios = room + noise->vocabulary;
    process->rate_into(noise, id, rates);
    process->transition(noise, truth, sigma, ratios);
    double own = (double)ratios[id], sum = 0;
    for (int32_t v = 0; v < noise->vocabulary; v++) {
        double ratio = (double)ratios[v] / own, log_s = (double)log_score[v];
        if (v != id && rates[v] > 0)
            sum += (double)rates[v] * (exp(log_s) + (ratio > 0 ? ratio * (log(ratio) - 1 - log_s) : 0));
    }
    return sum;
}

double bound_prior(const struct process *process, const struct process_noise *noise, int32_t truth,
                   double sigma, float *room)
{
    double sum = 0;
    process->transition(noise, truth, sigma, room);
    for (int32_t v = 0; v < noise->vocabulary; v++)
        if (room[v] > 0)
            sum += (double)room[v] * log((double)room[v] * noise->vocabulary);
    return sum;
}

double bound_left(const struct process *process, const struct process_noise *noise, float *row, int32_t id,
                  int32_t truth, double sigma, float *room)
{
    process_posterior(process, noise, row, id, sigma, row, room);
    log_weights(row, noise->vocabulary);
    return log_sum_exp(row, noise->vocabulary) - (double)row[truth];
}
