/* Gaussian noise on the bits of the tokens' numbers, in continuous time (Chen et al. 2022, Analog Bits). */
#include "model/diffusion/bits.h"
#include "model/diffusion/vectors.h"

#include <math.h>
#include <string.h>

/* Time before step `step` of `steps`, counted as a line of float32 from 1 to 0. */
static float time_at(const struct vectors *vectors, int step)
{
    return step < vectors->steps ? 1 - (float)step / (float)vectors->steps : 0;
}

static float level_at(const struct vectors *vectors, int step)
{
    return vectors->log_snr->at(time_at(vectors, step));
}

static void lay(void *user, const struct canvas *canvas, double t, int side, struct rows *rows)
{
    (void)t;
    struct vector_state *state = user;
    vectors_lay(state, canvas, side, rows);
    rows->time = level_at(state->vectors, state->step);
}

static void say(void *user, int k, int place, float *row)
{
    struct vector_state *state = user;
    float *start = state->start + (size_t)place * state->width;
    memcpy(start, vectors_predicted(state, k), state->width * sizeof *start);
    bits_clip(start, state->width, state->vectors->framing.scale);
    rounding_logits(state->vectors->rounding, start, row);
}

static void advance(const struct reverse *reverse)
{
    struct vector_state *state = reverse->state;
    const struct vectors *vectors = state->vectors;
    float next = fmaxf(time_at(vectors, state->step + 1) - vectors->time_difference, 0);
    float now = level_at(vectors, state->step), level = vectors->log_snr->at(next);
    bool noisy = next > 0 && !vectors->ddim && !vectors->greedy;
    for (int k = 0; k < reverse->count; k++) {
        size_t at = (size_t)reverse->places[k] * state->width;
        float *x = state->x + at, *start = state->start + at;
        if (noisy)
            vectors_draw(state, reverse, reverse->places[k]);
        if (vectors->ddim)
            bits_ddim(now, level, start, x, x, state->width);
        else
            bits_ddpm(now, level, start, x, noisy ? state->noise : NULL, x, state->width);
    }
    vectors_finish(state, reverse);
}

const struct process process_analog_bits = { .name = "analog_bits",
                                             .help = "Gaussian noise on the bits of the pieces' numbers",
                                             .moves = true,
                                             .sampler = "ddim",
                                             .begin = vectors_begin,
                                             .advance = advance,
                                             .open = vectors_open,
                                             .close = vectors_close,
                                             .lay = lay,
                                             .mix = vectors_mix,
                                             .say = say };
