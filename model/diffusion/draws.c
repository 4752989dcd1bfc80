#include "model/diffusion/draws.h"

#include <math.h>

static double uniform_of_random(void *state)
{
    return random_uniform_double(state);
}

static uint64_t key_of_random(void *state)
{
    return random_u64(state);
}

static double uniform_of_list(void *state)
{
    struct draws_list *list = state;
    return list->used < list->count ? list->at[list->used++] : 0.5;
}

struct draws draws_random(struct random *random)
{
    return (struct draws){ .uniform = uniform_of_random, .key = key_of_random, .state = random };
}

struct draws draws_recorded(struct draws_list *list)
{
    return (struct draws){ .uniform = uniform_of_list, .state = list };
}

double draw_uniform(const struct draws *draws)
{
    return draws->uniform(draws->state);
}

double draw_gumbel(const struct draws *draws)
{
    double u = draw_uniform(draws);
    return -log(-log(u * (1 - 0x1p-40) + 0x1p-41));
}
