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

/* rates [vocabulary] into `id`, true ratios [vocabulary] behind them. */
static void rates_and_ratios(const struct process *process, const struct process_noise *noise, int32_t id,
                             int32_t truth, double sigma, float *room)
{
    float *ratios = room + noise->vocabulary;
    process->rate_into(noise, id, room);
    process->transition(noise, truth, sigma, ratios);
    float own = ratios[id];
    for (int32_t v = 0; v < noise->vocabulary; v++)
        ratios[v] /= own;
    room[id] = 0;
}

static double entropy_term(double rate, double log_score, double ratio)
{
    return rate * (exp(log_score) + (ratio > 0 ? ratio * (log(ratio) - 1 - log_score) : 0));
}

double bound_score_entropy(const struct process *process, const struct process_noise *noise,
                           const float *log_score, int32_t id, int32_t truth, double sigma, float *room)
{
    double sum = 0;
    rates_and_ratios(process, noise, id, truth, sigma, room);
    for (int32_t v = 0; v < noise->vocabulary; v++)
        if (room[v] > 0)
            sum += entropy_term((double)room[v], (double)log_score[v], (double)room[noise->vocabulary + v]);
    return sum;
}

double bound_score_gradient(const struct process *process, const struct process_noise *noise, float *row,
                            int32_t id, int32_t truth, double sigma, double weight, float *room)
{
    double sum = 0;
    rates_and_ratios(process, noise, id, truth, sigma, room);
    for (int32_t v = 0; v < noise->vocabulary; v++) {
        double rate = (double)room[v], ratio = (double)room[noise->vocabulary + v], log_s = (double)row[v];
        if (rate > 0)
            sum += entropy_term(rate, log_s, ratio);
        row[v] = (float)(weight * rate * (exp(log_s) - ratio));
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
