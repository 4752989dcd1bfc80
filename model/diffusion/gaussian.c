#include "model/diffusion/gaussian.h"

#include "model/base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void tables_fill(struct gaussian *gaussian)
{
    double product = 1;
    for (int t = 0; t < gaussian->count; t++) {
        double beta = gaussian->beta[t], before = product;
        product *= 1 - beta;
        gaussian->alpha_bar[t] = product;
        gaussian->alpha_bar_before[t] = before;
        gaussian->variance[t] = beta * (1 - before) / (1 - product);
        gaussian->mean_of_start[t] = beta * sqrt(before) / (1 - product);
        gaussian->mean_of_noisy[t] = (1 - before) * sqrt(1 - beta) / (1 - product);
    }
}

/* The betas of the kept steps alone. */
static void keep_steps(struct gaussian *gaussian, const double *betas, const int *kept)
{
    double product = 1, last = 1;
    for (int t = 0, at = 0; t < gaussian->whole && at < gaussian->count; t++) {
        product *= 1 - betas[t];
        if (kept && kept[at] != t)
            continue;
        gaussian->kept[at] = t;
        gaussian->beta[at++] = kept ? 1 - product / last : betas[t];
        last = product;
    }
}

struct gaussian gaussian_new(const double *betas, int whole, const int *kept, int count)
{
    size_t steps = (size_t)(kept ? count : whole);
    double *tables = memory_new(6 * steps, sizeof *tables);
    struct gaussian gaussian = { .count = (int)steps,
                                 .whole = whole,
                                 .kept = memory_new(steps, sizeof *gaussian.kept),
                                 .beta = tables,
                                 .alpha_bar = tables + steps,
                                 .alpha_bar_before = tables + 2 * steps,
                                 .mean_of_start = tables + 3 * steps,
                                 .mean_of_noisy = tables + 4 * steps,
                                 .variance = tables + 5 * steps };
    keep_steps(&gaussian, betas, kept);
    tables_fill(&gaussian);
    return gaussian;
}

void gaussian_free(struct gaussian *gaussian)
{
    free(gaussian->beta);
    free(gaussian->kept);
    *gaussian = (struct gaussian){ 0 };
}

/* Every k-th step from the first, so that `wanted` are left. */
static int respace_evenly(int wanted, int whole, int *kept, struct lacuna_error *error)
{
    for (int stride = 1; stride < whole; stride++) {
        if ((whole + stride - 1) / stride != wanted)
            continue;
        for (int i = 0; i < wanted; i++)
            kept[i] = i * stride;
        return wanted;
    }
    fail(error, LACUNA_MODEL, "%d steps cannot be thinned to %d by taking every k-th", whole, wanted);
    return 0;
}

/* Section `index` of `sections` gives `wanted` of its steps, the first and last among them; ties of rounding
 * go to even numbers. Returns how many, 0 with an error. */
static int respace_section(const char *spec, int whole, int index, int sections, int wanted, int *kept,
                           struct lacuna_error *error)
{
    int extra = whole % sections, size = whole / sections + (index < extra);
    int first = index * (whole / sections) + (index < extra ? index : extra);
    if (wanted < 1 || wanted > size) {
        fail(error, LACUNA_MODEL, "\"%s\": a section of %d steps has no %d", spec, size, wanted);
        return 0;
    }
    double stride = wanted > 1 ? (double)(size - 1) / (wanted - 1) : 1, at = 0;
    for (int i = 0; i < wanted; i++, at += stride)
        kept[i] = first + (int)nearbyint(at);
    return wanted;
}

static int count_sections(const char *spec)
{
    int sections = 1;
    for (; *spec; spec++)
        sections += *spec == ',';
    return sections;
}

int gaussian_respace(const char *spec, int whole, int *kept, struct lacuna_error *error)
{
    if (!*spec) {
        for (int i = 0; i < whole; i++)
            kept[i] = i;
        return whole;
    }
    if (strncmp(spec, "ddim", 4) == 0)
        return respace_evenly(atoi(spec + 4), whole, kept, error);
    int sections = count_sections(spec), count = 0;
    if (sections > whole) {
        fail(error, LACUNA_MODEL, "%d steps are fewer than the sections of \"%s\"", whole, spec);
        return 0;
    }
    const char *at = spec;
    for (int i = 0; i < sections; i++, at = strchr(at, ',') ? strchr(at, ',') + 1 : at) {
        int taken = respace_section(spec, whole, i, sections, atoi(at), kept + count, error);
        if (!taken)
            return 0;
        count += taken;
    }
    return count;
}

void gaussian_spread(int whole, int steps, int *kept)
{
    for (int i = 0; i < steps; i++)
        kept[i] = (int)((int64_t)whole * (i + 1) / steps) - 1;
}

float gaussian_time(const struct gaussian *gaussian, int t, bool rescaled)
{
    float step = (float)gaussian->kept[t];
    return rescaled ? step * (float)(1000.0 / gaussian->whole) : step;
}

void gaussian_noise(const struct gaussian *gaussian, int t, const float *start, const float *noise,
                    float *out, size_t count)
{
    float clean = (float)sqrt(gaussian->alpha_bar[t]), noisy = (float)sqrt(1 - gaussian->alpha_bar[t]);
    for (size_t i = 0; i < count; i++)
        out[i] = clean * start[i] + noisy * noise[i];
}

void gaussian_start(const struct gaussian *gaussian, int t, const float *noisy, const float *noise,
                    float *start, size_t count)
{
    float a = (float)sqrt(1 / gaussian->alpha_bar[t]), b = (float)sqrt(1 / gaussian->alpha_bar[t] - 1);
    for (size_t i = 0; i < count; i++)
        start[i] = a * noisy[i] - b * noise[i];
}

void gaussian_mean(const struct gaussian *gaussian, int t, const float *start, const float *noisy, float *out,
                   size_t count)
{
    float a = (float)gaussian->mean_of_start[t], b = (float)gaussian->mean_of_noisy[t];
    for (size_t i = 0; i < count; i++)
        out[i] = a * start[i] + b * noisy[i];
}

double gaussian_variance(const struct gaussian *gaussian, int t, enum gaussian_variance kind)
{
    if (kind == VARIANCE_SMALL)
        return gaussian->variance[t];
    return t == 0 ? exp(gaussian_log_variance(gaussian, 0, VARIANCE_LARGE)) : gaussian->beta[t];
}

double gaussian_log_variance(const struct gaussian *gaussian, int t, enum gaussian_variance kind)
{
    if (t == 0)
        return log(gaussian->count > 1 ? gaussian->variance[1] : gaussian->beta[0]);
    return log(kind == VARIANCE_SMALL ? gaussian->variance[t] : gaussian->beta[t]);
}

double gaussian_log_variance_learned(const struct gaussian *gaussian, int t, double share)
{
    double most = (share + 1) / 2;
    return most * log(gaussian->beta[t]) + (1 - most) * gaussian_log_variance(gaussian, t, VARIANCE_SMALL);
}

void gaussian_ddim(const struct gaussian *gaussian, int t, double eta, const float *start, const float *noisy,
                   const float *noise, float *out, size_t count)
{
    double bar = gaussian->alpha_bar[t], before = gaussian->alpha_bar_before[t];
    double sigma = eta * sqrt((1 - before) / (1 - bar)) * sqrt(1 - bar / before);
    double of_start = sqrt(before), of_noise = sqrt(fmax(1 - before - sigma * sigma, 0));
    double from_noisy = sqrt(1 / bar), per_noise = sqrt(1 / bar - 1);
    for (size_t i = 0; i < count; i++) {
        double guessed = (from_noisy * (double)noisy[i] - (double)start[i]) / per_noise;
        double added = noise && t > 0 ? sigma * (double)noise[i] : 0;
        out[i] = (float)(of_start * (double)start[i] + of_noise * guessed + added);
    }
}

void gaussian_ddim_start(const struct gaussian *gaussian, int t, const float *noisy, const float *next,
                         float *start, size_t count)
{
    double bar = gaussian->alpha_bar[t], before = gaussian->alpha_bar_before[t];
    double kept = sqrt((1 - before) / (1 - bar)), clean = sqrt(before) - kept * sqrt(bar);
    for (size_t i = 0; i < count; i++)
        start[i] = (float)(((double)next[i] - kept * (double)noisy[i]) / clean);
}
