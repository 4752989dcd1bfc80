/* climb.h - the length of a hole by a network that was not taught to tell it: Calibrated Adaptive Length
 * (CAL; arXiv 2602.00476, 2026).
 *
 *     Φ(L) = mean over the L masked places of the hole of max p at that place, at the first step
 *     B(L) = a exp(-b L) + c exp(-d L) + e      how sure a network is of holes of L places whatever they hold
 *     L*   = the L of the largest Φ(L) / B(L)
 *
 * The network tends to be surest near the true length, but surer of short holes than of long ones anyway; B
 * is fitted to what it says of holes of wrong lengths, and dividing by it leaves the peak. The peak is
 * climbed from `start`: up, one place at a time, until `patience` lengths in a row were not better than the
 * best, then down in the same way. One pass of the network a length, about 15 in all and never more than high
 * - low + 1. */
#ifndef MODEL_INFILL_CLIMB_H
#define MODEL_INFILL_CLIMB_H

#include <stdbool.h>

enum { LENGTHS_MOST = 64 };

struct length_bias {
    double a, b, c, d, e;
    /* B(1) … B(count) as measured on the model's own texts, instead of the formula; 0: the formula. As such a
     * model is as sure of longer fills that go on as of short ones, the score is divided by length + 4 too.
     */
    double measured[LENGTHS_MOST];
    int count;
};

/* What was fitted on LLaDA-8B and published for the checkpoints like it. */
struct length_bias length_bias_published(void);
/* B(length). */
double length_bias_at(const struct length_bias *bias, int length);

struct climb {
    int start, low, high; /* low <= start <= high */
    int patience;
    struct length_bias bias;
    /* Puts Φ(length) into *confidence; false ends the search. */
    bool (*look)(void *user, int length, double *confidence);
    void *user;
};

/* The length found and in *passes (NULL is fine) how often was looked; 0 where `look` ended it. */
int climb_length(const struct climb *climb, int *passes);

#endif
