/* wish.h - a request after checking: copied, every default in place, names turned into what they name. */
#ifndef MODEL_INFILL_WISH_H
#define MODEL_INFILL_WISH_H

#include "model/diffusion/sampler.h"
#include "model/infill/infill.h"

struct steering; /* diffusion/steering.h */

enum { COUNT_MOST = 64, STEPS_MOST = 4096, KEEP_MOST = 64, TOKENS_MOST = 1 << 20 };

struct wish {
    enum lacuna_task task;
    char *text; /* ended by a 0 byte */
    size_t size;
    struct lacuna_span *spans;
    size_t span_count;
    struct ids
        attributes; /* tokens, one an attribute asked for; none for a model without slots, or at guidance 0 */
    char *preface;  /* what a model without slots reads in front of the text; NULL: nothing */
    double guidance, strength, temperature;
    int steps, count;
    uint64_t seed;
    struct lacuna_length length; /* tokens and words: 1 <= low <= high */
    char **keep;
    size_t keep_count;
    const struct sampler *sampler;
    struct sampler_settings settings;
    bool sampler_named; /* the request names it, so nothing else may take its place */
    bool newlines;
    const struct steering *steering; /* guides that push a process of vectors; borrowed; NULL: none. Never set
                                        by a request, and so is */
    bool sample; /* one draft drawn from the model's distribution, no search and no order */
};

bool wish_new(struct wish *wish, const struct infill *infill, const struct lacuna_request *request,
              struct lacuna_error *error);
void wish_free(struct wish *wish);

#endif
