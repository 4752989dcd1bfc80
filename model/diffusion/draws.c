#include "model/diffusion/draws.h"

#include <math.h>

static double uniform_of_random(void *state)
{
    return random_uniform_double(state);
}

static float normal_of_random(void *state)
{
    return random_normal(state);
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

/* A list of normal numbers is one of normal numbers. */
static float normal_of_list(void *state)
{
    return (float)uniform_of_list(state);
}

static void seek_in_list(void *state, enum draw_use use, int step, int place)
{
    (void)use;
    struct draws_list *list = state;
    if (list->by_step)
        list->used = list->first + (size_t)(step - 1) * list->by_step + (size_t)place * list->by_place;
}

static double uniform_of_tape(void *state)
{
    struct draws_tape *tape = state;
    return uniform_of_list(&tape->list[tape->use]);
}

static float normal_of_tape(void *state)
{
    return (float)uniform_of_tape(state);
}

static void seek_in_tape(void *state, enum draw_use use, int step, int place)
{
    struct draws_tape *tape = state;
    tape->use = use;
    seek_in_list(&tape->list[use], use, step, place);
}

struct draws draws_random(struct random *random)
{
    return (struct draws){
        .uniform = uniform_of_random, .key = key_of_random, .normal = normal_of_random, .state = random
    };
}

struct draws draws_recorded(struct draws_list *list)
{
    return (struct draws){
        .uniform = uniform_of_list, .normal = normal_of_list, .seek = seek_in_list, .state = list
    };
}

struct draws draws_taped(struct draws_tape *tape)
{
    return (struct draws){
        .uniform = uniform_of_tape, .normal = normal_of_tape, .seek = seek_in_tape, .state = tape
    };
}

void draws_seek(const struct draws *draws, enum draw_use use, int step, int place)
{
    if (draws->seek)
        draws->seek(draws->state, use, step, place);
}

double draw_uniform(const struct draws *draws)
{
    return draws->uniform(draws->state);
}

float draw_normal(const struct draws *draws)
{
    return draws->normal(draws->state);
}

double draw_gumbel(const struct draws *draws)
{
    double u = draw_uniform(draws);
    return -log(-log(u * (1 - 0x1p-40) + 0x1p-41));
}
