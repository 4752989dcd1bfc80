#include "model/diffusion/process.h"

#include <math.h>

/* Noise is any token, each as likely (Austin et al. 2021; Lou et al. 2024): places keep their noise, and may
 * change again, until the last step. */
static void begin(struct canvas *canvas, const struct process_noise *noise, const struct draws *draws)
{
    for (int i = 0; i < canvas->size; i++)
        if (canvas->open[i])
            canvas->ids[i] = (int32_t)(draw_uniform(draws) * noise->vocabulary);
}

static void advance(const struct reverse *reverse)
{
    for (int k = 0; k < reverse->take; k++) {
        const struct guess *guess = &reverse->guesses[reverse->order[k]];
        if (reverse->settles)
            canvas_put(reverse->canvas, guess->place, guess->token, (float)guess->shown);
        else
            reverse->canvas->ids[guess->place] = guess->token;
    }
}

static void fill(float *row, int32_t vocabulary, double value)
{
    for (int32_t v = 0; v < vocabulary; v++)
        row[v] = (float)value;
}

/* Q = 1/V - I is its own transpose. */
static void rate(const struct process_noise *noise, int32_t id, float *row)
{
    double part = 1.0 / noise->vocabulary;
    fill(row, noise->vocabulary, part);
    row[id] = (float)(part - 1);
}

static void transition(const struct process_noise *noise, int32_t id, double sigma, float *row)
{
    double part = -expm1(-sigma) / noise->vocabulary;
    fill(row, noise->vocabulary, part);
    row[id] = (float)(exp(-sigma) + part);
}

static void stagger(const struct process_noise *noise, double dsigma, float *score)
{
    double sum = 0, grown = exp(dsigma);
    for (int32_t v = 0; v < noise->vocabulary; v++)
        sum += score[v];
    double off = expm1(dsigma) / noise->vocabulary * sum;
    for (int32_t v = 0; v < noise->vocabulary; v++)
        score[v] = (float)(score[v] * grown - off);
}

/* p(x0) over the transition x0 -> id is the prior that the other places give; noised again, it is p_t. */
static void score(const struct process_noise *noise, int32_t id, double sigma, float *row)
{
    double part = -expm1(-sigma) / noise->vocabulary, stay = exp(-sigma), sum = 0;
    row[id] += (float)log(part / (stay + part));
    for (int32_t v = 0; v < noise->vocabulary; v++)
        sum += exp(row[v]);
    for (int32_t v = 0; v < noise->vocabulary; v++)
        row[v] = (float)log(stay * exp(row[v]) / sum + part);
    float own = row[id];
    for (int32_t v = 0; v < noise->vocabulary; v++)
        row[v] -= own;
}

/* With w = p(x0) over the transition, pi = w / sum and P = stay pi + part: log s_v = log P_v - log P_id, so
 * that d log P_v = (stay pi_v / P_v) d log pi_v, and log pi is a softmax of the logits. */
static void score_back(const struct process_noise *noise, int32_t id, double sigma, const float *row,
                       float *gradient)
{
    double part = -expm1(-sigma) / noise->vocabulary, stay = exp(-sigma), own = part / (stay + part);
    double sum = 0, all = 0, back = 0;
    for (int32_t v = 0; v < noise->vocabulary; v++) {
        sum += exp((double)row[v]) * (v == id ? own : 1);
        all += v == id ? 0 : (double)gradient[v];
    }
    gradient[id] = (float)-all;
    for (int32_t v = 0; v < noise->vocabulary; v++) {
        double clean = stay * exp((double)row[v]) * (v == id ? own : 1) / sum;
        gradient[v] = (float)((double)gradient[v] * clean / (clean + part));
        back += (double)gradient[v];
    }
    for (int32_t v = 0; v < noise->vocabulary; v++)
        gradient[v] -= (float)(back * exp((double)row[v]) * (v == id ? own : 1) / sum);
}

const struct process process_uniform = { .name = "uniform",
                                         .help = "pieces turn into any other, and back over and over",
                                         .sampler = "analytic",
                                         .moves = true,
                                         .begin = begin,
                                         .advance = advance,
                                         .rate = rate,
                                         .rate_into = rate,
                                         .transition = transition,
                                         .transition_into = transition,
                                         .stagger = stagger,
                                         .score = score,
                                         .score_back = score_back };
