/* Gaussian noise on the tokens' embeddings, in discrete steps (Li et al. 2022, Diffusion-LM; Gong et al.
 * 2022, DiffuSeq). */
#include "model/diffusion/vectors.h"

#include <math.h>
#include <string.h>

static int step_of(const struct vector_state *state)
{
    const struct vectors *vectors = state->vectors;
    return vectors->visits[state->step < vectors->steps ? state->step : vectors->steps - 1];
}

static void lay(void *user, const struct canvas *canvas, double t, int side, struct rows *rows)
{
    (void)t;
    struct vector_state *state = user;
    vectors_lay(state, canvas, side, rows);
    rows->time = gaussian_time(&state->vectors->gaussian, step_of(state), state->vectors->framing.rescaled);
}

/* x_0 from what the network predicts, rounded and clipped as the settings have it. */
static void say(void *user, int k, int place, float *row)
{
    struct vector_state *state = user;
    const struct vectors *vectors = state->vectors;
    size_t width = state->width, bytes = width * sizeof(float);
    float *start = state->start + (size_t)place * width;
    const float *predicted = vectors_predicted(state, k);
    int t = step_of(state);
    if (vectors->framing.predicts_noise)
        gaussian_start(&vectors->gaussian, t, state->x + (size_t)place * width, predicted, start, width);
    else
        memcpy(start, predicted, bytes);
    if (vectors->rounds && t >= vectors->rounds_from && t <= vectors->rounds_to)
        memcpy(start, rounding_row(vectors->rounding, rounding_nearest(vectors->rounding, start)), bytes);
    for (size_t i = 0; vectors->clips && i < width; i++)
        start[i] = fminf(fmaxf(start[i], -1), 1);
    rounding_logits(vectors->rounding, start, row);
}

static double deviation(const struct vectors *vectors, int t, const float *share)
{
    enum gaussian_variance kind = vectors->framing.small_variance ? VARIANCE_SMALL : VARIANCE_LARGE;
    return exp(0.5 * (vectors->framing.learned_variance
                          ? gaussian_log_variance_learned(&vectors->gaussian, t, (double)*share)
                          : gaussian_log_variance(&vectors->gaussian, t, kind)));
}

/* The step without its noise. */
static void keep_mean(const struct vector_state *state, const float *x)
{
    if (state->mean)
        memcpy(state->mean + (x - state->x), x, state->width * sizeof *x);
}

static void ancestral(struct vector_state *state, int t, const float *start, const float *shares, bool noisy,
                      float *x)
{
    gaussian_mean(&state->vectors->gaussian, t, start, x, x, state->width);
    keep_mean(state, x);
    for (size_t i = 0; noisy && i < state->width; i++)
        x[i] += (float)deviation(state->vectors, t, shares + i) * state->noise[i];
}

/* x is at step t - 1. */
static void steer(struct vector_state *state, const struct reverse *reverse, int t, bool noisy)
{
    const struct vectors *vectors = state->vectors;
    bool plain = noisy && !vectors->ddim && !vectors->framing.learned_variance;
    double spread = plain ? deviation(vectors, t, NULL) : 0;
    struct steered steered = { .x = state->x,
                               .mean = state->mean,
                               .open = reverse->canvas->open,
                               .variance = spread * spread,
                               .alpha_bar = vectors->gaussian.alpha_bar_before[t] };
    steering_apply(vectors->steering, state->steering, &steered);
}

static void advance(const struct reverse *reverse)
{
    struct vector_state *state = reverse->state;
    const struct vectors *vectors = state->vectors;
    size_t width = state->width;
    int t = step_of(state);
    bool noisy = t > 0 && (vectors->ddim ? vectors->eta > 0 : !vectors->greedy);
    for (int k = 0; k < reverse->count; k++) {
        int place = reverse->places[k];
        float *x = state->x + (size_t)place * width, *start = state->start + (size_t)place * width;
        if (noisy)
            vectors_draw(state, reverse, place);
        if (vectors->ddim) {
            gaussian_ddim(&vectors->gaussian, t, vectors->eta, start, x, noisy ? state->noise : NULL, x,
                          width);
            keep_mean(state, x);
        } else {
            ancestral(state, t, start, vectors_predicted(state, k) + width, noisy, x);
        }
    }
    if (state->steering && t > 0)
        steer(state, reverse, t, noisy);
    vectors_finish(state, reverse);
}

const struct process process_gaussian = { .name = "gaussian",
                                          .help = "Gaussian noise on the pieces' embeddings",
                                          .moves = true,
                                          .sampler = "ddim",
                                          .begin = vectors_begin,
                                          .advance = advance,
                                          .open = vectors_open,
                                          .close = vectors_close,
                                          .lay = lay,
                                          .mix = vectors_mix,
                                          .say = say };
