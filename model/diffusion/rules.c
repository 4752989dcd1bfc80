#include "model/diffusion/rules.h"

double rank_probability(const struct guess *guess)
{
    return guess->probability;
}

double rank_chance(const struct guess *guess)
{
    return -guess->uniform;
}

int count_even(const struct sampler_step *step)
{
    return step->total / step->steps + (step->step <= step->total % step->steps);
}

int count_expected(const struct sampler_step *step)
{
    if (step->step >= step->steps)
        return step->count;
    return (int)((float)step->count * (float)step->reveal);
}

int count_sure(const struct sampler_step *step, int most)
{
    int sure = 0;
    for (int i = 0; i < step->count; i++)
        sure += step->guesses[i].probability >= step->settings->threshold;
    sure = sure < most ? sure : most;
    return sure > 1 ? sure : 1;
}

int count_sure_or_even(const struct sampler_step *step)
{
    return step->settings->threshold > 0 ? count_sure(step, step->count) : count_even(step);
}

int count_chances(const struct sampler_step *step)
{
    int revealed = 0;
    for (int i = 0; i < step->count; i++)
        revealed += step->guesses[i].uniform < step->reveal;
    return revealed;
}
