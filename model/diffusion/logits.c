#include "model/diffusion/logits.h"

#include "model/tensor/kernels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A rival further below the best than this many Gumbel units wins less often than once in e^14 draws. */
static const double GUMBEL_REACH = 14;
static const float NO_WEIGHT = -1e5f;

int32_t argmax(const float *row, int32_t vocabulary)
{
    float top = kernels_choose()->largest(row, vocabulary);
    for (int32_t v = 0; v < vocabulary; v++)
        if (row[v] == top)
            return v;
    return 0;
}

double log_sum_exp(const float *row, int32_t vocabulary)
{
    return kernels_choose()->log_sum_exp(row, vocabulary);
}

void log_softmax(float *row, int32_t vocabulary)
{
    float shift = (float)log_sum_exp(row, vocabulary);
    for (int32_t v = 0; v < vocabulary; v++)
        row[v] -= shift;
}

void distribution_shape(const float *row, int32_t vocabulary, double *margin, double *entropy)
{
    float best = -INFINITY, second = -INFINITY;
    for (int32_t v = 0; v < vocabulary; v++) {
        if (row[v] > best) {
            second = best;
            best = row[v];
        } else if (row[v] > second) {
            second = row[v];
        }
    }
    *margin = exp(best) - exp(second);
    *entropy = kernels_choose()->entropy(row, vocabulary);
}

/* Natural logarithm of a normal positive number, relative error below 1e-6 (Cephes, logf). */
static inline float log_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    int32_t n = (int32_t)(bits >> 23) - 126;
    bits = (bits & 0x007fffff) | 0x3f000000;
    float f;
    memcpy(&f, &bits, sizeof f);
    int32_t low = f < 0.707106781f;
    n -= low;
    f = f + (low ? f : 0.0f) - 1.0f;
    float z = f * f, p = 7.0376836292e-2f;
    p = p * f - 1.1514610310e-1f;
    p = p * f + 1.1676998740e-1f;
    p = p * f - 1.2420140846e-1f;
    p = p * f + 1.4249322787e-1f;
    p = p * f - 1.6668057665e-1f;
    p = p * f + 2.0000714765e-1f;
    p = p * f - 2.4999993993e-1f;
    p = p * f + 3.3333331174e-1f;
    return f + (p * f * z - 0.5f * z) + (float)n * 0.693147181f;
}

/* 32 even bits of a counter (the finalizer of MurmurHash3). */
static inline uint32_t scramble(uint32_t x)
{
    x ^= x >> 16;
    x *= 0x85ebca6bu;
    x ^= x >> 13;
    x *= 0xc2b2ae35u;
    return x ^ x >> 16;
}

/* Noise that is a function of a key drawn for the row and the piece. */
static void add_keyed_gumbel(float *row, int32_t vocabulary, float heat, float least, uint64_t key)
{
    uint32_t low = (uint32_t)key, high = (uint32_t)(key >> 32);
    for (int32_t v = 0; v < vocabulary; v++) {
        uint32_t bits = scramble(scramble((uint32_t)v + low) ^ high);
        float u = ((float)(int32_t)(bits >> 9) + 0.5f) * 0x1p-23f;
        float noise = -log_of(-log_of(u));
        row[v] += row[v] >= least ? heat * noise : 0.0f;
    }
}

void add_gumbel(float *row, int32_t vocabulary, double heat, const struct draws *draws)
{
    if (heat <= 0)
        return;
    if (draws->key) {
        float least = (float)(kernels_choose()->largest(row, vocabulary) - GUMBEL_REACH * heat);
        add_keyed_gumbel(row, vocabulary, (float)heat, least, draws->key(draws->state));
        return;
    }
    for (int32_t v = 0; v < vocabulary; v++)
        row[v] = (float)(row[v] + heat * draw_gumbel(draws));
}

/* ---- limits */

/* So far down that exp is 0, yet finite: a piece that is not wanted can still be the only one allowed. */
static const float OUTSIDE = 1e4f;

static int falling(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x < y) - (x > y);
}

static void keep_from(float *row, int32_t vocabulary, float least)
{
    for (int32_t v = 0; v < vocabulary; v++)
        if (row[v] < least)
            row[v] -= OUTSIDE;
}

/* The last of the sorted entries that is needed for more than top_p. */
static int32_t nucleus_end(const float *sorted, int32_t vocabulary, double top_p)
{
    double whole = 0, sum = 0;
    for (int32_t v = 0; v < vocabulary; v++)
        whole += exp((double)sorted[v] - sorted[0]);
    for (int32_t v = 0; v < vocabulary; v++) {
        sum += exp((double)sorted[v] - sorted[0]);
        if (sum > top_p * whole)
            return v;
    }
    return vocabulary - 1;
}

bool nucleus_limits(const struct nucleus *nucleus)
{
    return (nucleus->top_p > 0 && nucleus->top_p < 1) || nucleus->top_k > 0;
}

void nucleus_apply(const struct nucleus *nucleus, float *row, int32_t vocabulary, float *room)
{
    if (!nucleus_limits(nucleus) || vocabulary < 1)
        return;
    memcpy(room, row, (size_t)vocabulary * sizeof *room);
    qsort(room, (size_t)vocabulary, sizeof *room, falling);
    int32_t last = vocabulary - 1;
    if (nucleus->top_p > 0 && nucleus->top_p < 1)
        last = nucleus_end(room, vocabulary, nucleus->top_p);
    if (nucleus->top_k > 0 && nucleus->top_k - 1 < last)
        last = nucleus->top_k - 1;
    keep_from(row, vocabulary, room[last]);
}

void temper(float *row, int32_t vocabulary, double heat, const struct nucleus *nucleus, float *room)
{
    float top = kernels_choose()->largest(row, vocabulary);
    for (int32_t v = 0; heat > 0 && v < vocabulary; v++) {
        double below = (row[v] - top) / heat;
        row[v] = below < -OUTSIDE ? -OUTSIDE : (float)below;
    }
    nucleus_apply(nucleus, row, vocabulary, room);
    log_softmax(row, vocabulary);
}

int32_t draw_piece(const float *row, int32_t vocabulary, const struct draws *draws)
{
    double top = kernels_choose()->largest(row, vocabulary), whole = 0, sum = 0, u = draw_uniform(draws);
    for (int32_t v = 0; v < vocabulary; v++)
        whole += exp(row[v] - top);
    int32_t last = 0;
    for (int32_t v = 0; v < vocabulary; v++) {
        double more = exp(row[v] - top);
        sum += more;
        if (sum > u * whole)
            return v;
        if (more > 0)
            last = v;
    }
    return last;
}

void log_weights(float *row, int32_t vocabulary)
{
    for (int32_t v = 0; v < vocabulary; v++)
        row[v] = row[v] > 0 ? logf(row[v]) : NO_WEIGHT;
}

void race_weights(float *row, int32_t vocabulary, const struct draws *draws)
{
    if (draws->key) {
        log_weights(row, vocabulary);
        add_gumbel(row, vocabulary, 1, draws);
        return;
    }
    for (int32_t v = 0; v < vocabulary; v++) {
        double u = draw_uniform(draws);
        row[v] = row[v] > 0 ? (float)(log(row[v]) - log(1e-10 - log(u + 1e-10))) : NO_WEIGHT;
    }
}
