#include "model/diffusion/process.h"

#include <math.h>
#include <string.h>

/* Noise is one token, the mask; what is decided stays (Austin et al. 2021; Lou et al. 2024; Sahoo et al.
 * 2024). */
static void begin(struct canvas *canvas, const struct process_noise *noise, const struct draws *draws)
{
    (void)draws;
    for (int i = 0; i < canvas->size; i++)
        if (canvas->open[i])
            canvas->ids[i] = noise->mask;
}

/* A mask that is put stays open, but for the last step. */
static void advance(const struct reverse *reverse)
{
    for (int k = 0; k < reverse->take; k++) {
        const struct guess *guess = &reverse->guesses[reverse->order[k]];
        if (guess->token != reverse->noise->mask || reverse->last)
            canvas_put(reverse->canvas, guess->place, guess->token, (float)guess->shown);
    }
}

static void fill(float *row, int32_t vocabulary, double value)
{
    for (int32_t v = 0; v < vocabulary; v++)
        row[v] = (float)value;
}

static void rate(const struct process_noise *noise, int32_t id, float *row)
{
    fill(row, noise->vocabulary, 0);
    row[noise->mask] += 1;
    row[id] -= 1;
}

static void rate_into(const struct process_noise *noise, int32_t id, float *row)
{
    fill(row, noise->vocabulary, id == noise->mask);
    row[id] -= 1;
}

static void transition(const struct process_noise *noise, int32_t id, double sigma, float *row)
{
    fill(row, noise->vocabulary, 0);
    row[id] += (float)exp(-sigma);
    row[noise->mask] += (float)-expm1(-sigma);
}

static void transition_into(const struct process_noise *noise, int32_t id, double sigma, float *row)
{
    fill(row, noise->vocabulary, id == noise->mask ? -expm1(-sigma) : 0);
    row[id] += (float)exp(-sigma);
}

static void stagger(const struct process_noise *noise, double dsigma, float *score)
{
    double sum = 0, grown = exp(dsigma);
    for (int32_t v = 0; v < noise->vocabulary; v++) {
        sum += score[v];
        score[v] = (float)(score[v] * grown);
    }
    score[noise->mask] -= (float)(expm1(dsigma) * sum);
}

/* A mask at sigma hides a token with odds e^-sigma / (1 - e^-sigma); MDLM, appendix on its relation to SEDD.
 */
static void score(const struct process_noise *noise, int32_t id, double sigma, float *row)
{
    float odds = (float)-log(expm1(sigma));
    if (id == noise->mask) {
        for (int32_t v = 0; v < noise->vocabulary; v++)
            row[v] += odds;
        row[id] = 0;
        return;
    }
    fill(row, noise->vocabulary, -INFINITY);
    row[id] = 0;
    row[noise->mask] = -odds;
}

const struct process process_absorbing = { .name = "absorbing",
                                           .help = "pieces turn into masks, and back one by one",
                                           .begin = begin,
                                           .advance = advance,
                                           .rate = rate,
                                           .rate_into = rate_into,
                                           .transition = transition,
                                           .transition_into = transition_into,
                                           .stagger = stagger,
                                           .score = score };
