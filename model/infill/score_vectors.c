#include "model/infill/scorer.h"

#include "model/base/memory.h"
#include "model/diffusion/logits.h"
#include "model/diffusion/vectors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One window's vectors; arrays are [count, width] unless said. */
struct frame {
    struct scorer *scorer;
    const struct gaussian *gaussian;
    const struct rounding *rounding;
    const struct vector_framing *framing;
    const int32_t *text;
    int count;
    size_t width;
    float *start;     /* x = E[w] + sigma_0 noise */
    float *noisy;     /* x^t */
    float *input;     /* [context, width or 2 width] */
    float *predicted; /* x as the network sees it */
    double spread;    /* sigma_0² */
    double *snr;      /* [steps + 1] of x, x^0, x^1, … */
};

/* Of x^t around sqrt(alpha_bar) E[w]. */
static double variance_at(const struct frame *frame, int t)
{
    double alpha_bar = frame->gaussian->alpha_bar[t];
    return 1 - alpha_bar + alpha_bar * frame->spread;
}

static struct frame frame_new(struct scorer *scorer, const struct gaussian *gaussian, const int32_t *text,
                              int count)
{
    const struct framing *framing = infill_framing(scorer->infill);
    size_t width = (size_t)framing->vectors.width, numbers = (size_t)count * width;
    struct frame frame = { .scorer = scorer,
                           .gaussian = gaussian,
                           .rounding = denoiser_rounding(infill_denoiser(scorer->infill)),
                           .framing = &framing->vectors,
                           .text = text,
                           .count = count,
                           .width = width,
                           .start = memory_new(numbers, sizeof(float)),
                           .noisy = memory_new(numbers, sizeof(float)),
                           .input = memory_new(2 * (size_t)framing->context_length * width, sizeof(float)),
                           .predicted = memory_new(2 * numbers, sizeof(float)),
                           .spread = 1 - gaussian->alpha_bar[0],
                           .snr = memory_new((size_t)gaussian->count + 1, sizeof(double)) };
    memset(scorer->noised, 1, (size_t)count);
    frame.snr[0] = 1 / frame.spread;
    for (int t = 0; t < gaussian->count; t++)
        frame.snr[t + 1] = gaussian->alpha_bar[t] / variance_at(&frame, t);
    return frame;
}

static void frame_free(struct frame *frame)
{
    free(frame->start);
    free(frame->noisy);
    free(frame->input);
    free(frame->predicted);
    free(frame->snr);
}

/* Vectors of a row, noisy where the text is; `before`: what the network predicted last, or NULL. */
static void lay(struct frame *frame, const struct rows *rows, const float *before)
{
    size_t width = frame->width, in = frame->framing->self_conditioned ? 2 * width : width;
    int first = frame->scorer->front;
    memset(frame->input, 0, (size_t)rows->count * in * sizeof *frame->input);
    for (int i = 0; i < rows->count; i++) {
        bool inside = i >= first && i < first + frame->count;
        size_t at = (size_t)(inside ? i - first : 0) * width;
        const float *from = inside ? frame->noisy + at : rounding_row(frame->rounding, rows->ids[i]);
        memcpy(frame->input + (size_t)i * in, from, width * sizeof *from);
        if (inside && before)
            memcpy(frame->input + (size_t)i * in + width, before + at, width * sizeof *before);
    }
}

/* What the network makes of x^t, by a second look at its own answer where it reads that. */
static bool predict(struct frame *frame, int t, struct lacuna_error *error)
{
    struct scorer *scorer = frame->scorer;
    size_t numbers = (size_t)frame->count * frame->width;
    struct rows rows = scorer_rows(scorer, frame->text, frame->count, scorer->noised,
                                   gaussian_time(frame->gaussian, t, frame->framing->rescaled));
    rows.vectors = frame->input;
    rows.predicted = frame->predicted;
    for (int look = 0; look <= frame->framing->self_conditioned; look++) {
        lay(frame, &rows, look ? frame->predicted : NULL);
        if (!denoiser_forward(scorer->session, &rows, NULL, NULL, scorer->cancel, error))
            return false;
        if (frame->framing->predicts_noise)
            gaussian_start(frame->gaussian, t, frame->noisy, frame->predicted, frame->predicted, numbers);
    }
    return true;
}

/* |E[w] - x|² of the prediction. */
static double square_off(const struct frame *frame)
{
    double sum = 0;
    for (int i = 0; i < frame->count; i++)
        for (size_t k = 0; k < frame->width; k++) {
            double off = (double)frame->predicted[(size_t)i * frame->width + k] -
                         (double)rounding_row(frame->rounding, frame->text[i])[k];
            sum += off * off;
        }
    return sum;
}

/* KL(q(x^T | w) | N(0, 1)) */
static double prior_cost(const struct frame *frame)
{
    int last = frame->gaussian->count - 1;
    double variance = variance_at(frame, last), square = 0;
    for (int i = 0; i < frame->count; i++)
        square += (double)frame->rounding->norms[frame->text[i]];
    return 0.5 * (frame->gaussian->alpha_bar[last] * square +
                  (double)frame->count * (double)frame->width * (variance - 1 - log(variance)));
}

static void draw_start(struct frame *frame)
{
    float spread = (float)sqrt(frame->spread);
    for (int i = 0; i < frame->count; i++)
        for (size_t k = 0; k < frame->width; k++)
            frame->start[(size_t)i * frame->width + k] = rounding_row(frame->rounding, frame->text[i])[k] +
                                                         spread * random_normal(&frame->scorer->random);
}

static bool look_at(struct frame *frame, int t, struct lacuna_error *error)
{
    size_t numbers = (size_t)frame->count * frame->width;
    float *noise = frame->noisy;
    for (size_t i = 0; i < numbers; i++)
        noise[i] = random_normal(&frame->scorer->random);
    gaussian_noise(frame->gaussian, t, frame->start, noise, frame->noisy, numbers);
    return predict(frame, t, error);
}

/* - log p(w | x) */
static double rounding_cost(const struct frame *frame)
{
    double sum = 0;
    float *row = frame->scorer->logits;
    for (int i = 0; i < frame->count; i++) {
        rounding_logits(frame->rounding, frame->start + (size_t)i * frame->width, row);
        sum += log_sum_exp(row, frame->rounding->vocabulary) - (double)row[frame->text[i]];
    }
    return sum;
}

/* How much log(1 + SNR) falls in step t: a step costs about as much, until nothing is known of the text. */
static double fall(const struct frame *frame, int t)
{
    return log1p(frame->snr[t]) - log1p(frame->snr[t + 1]);
}

/* The step at `share` of the whole fall, and the chance to draw it. */
static int step_at(const struct frame *frame, double share, double *chance)
{
    int count = frame->gaussian->count, t = 0;
    double all = log1p(frame->snr[0]) - log1p(frame->snr[count]), left = share * all;
    for (; t + 1 < count && fall(frame, t) <= left; t++)
        left -= fall(frame, t);
    *chance = fall(frame, t) / all;
    return t;
}

/* One sample of every term but the sum over t, of which it draws one. */
static bool add_sample(struct frame *frame, double share, double *nats, struct lacuna_error *error)
{
    double chance;
    draw_start(frame);
    *nats += prior_cost(frame) + rounding_cost(frame);
    int t = step_at(frame, share, &chance);
    if (!look_at(frame, t, error))
        return false;
    *nats += 0.5 * (frame->snr[t] - frame->snr[t + 1]) * square_off(frame) / chance;
    return true;
}

bool score_vectors(struct scorer *scorer, const int32_t *text, int count, int samples,
                   struct lacuna_error *error)
{
    struct vectors vectors;
    const struct framing *framing = infill_framing(scorer->infill);
    if (!vectors_prepare(&vectors, framing, denoiser_rounding(infill_denoiser(scorer->infill)), 0, error))
        return false;
    bool fine = vectors.gaussian.count > 1 ||
                fail(error, LACUNA_MODEL, "a process of one step has no bound on the likelihood");
    struct frame frame = frame_new(scorer, &vectors.gaussian, text, count);
    double nats = 0;
    for (int k = 0; k < samples && fine; k++)
        fine = add_sample(&frame, (k + random_uniform_double(&scorer->random)) / samples, &nats, error);
    scorer->nats += nats / samples;
    frame_free(&frame);
    vectors_free(&vectors);
    return fine;
}
