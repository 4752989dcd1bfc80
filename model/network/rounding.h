/* rounding.h - from vectors to tokens: the rows of an embedding and what lies near them.
 *
 *     nearest(x) = argmin over v of | E_v - x |      (the clamping trick, Li et al. 2022, sect. 4.2) */
#ifndef MODEL_NETWORK_ROUNDING_H
#define MODEL_NETWORK_ROUNDING_H

#include <stdbool.h>
#include <stdint.h>

struct rounding {
    const float *rows; /* [vocabulary][width], the caller's */
    float *norms;      /* [vocabulary] squared lengths */
    const float *bias; /* [vocabulary] of the logits, borrowed; NULL: none */
    int32_t vocabulary;
    int width;
    bool by_distance; /* logits are minus the distance, not the product */
    float code_scale; /* rows are codes of so large bits; logits are those of independent bits; 0: they are
                         not */
};

struct rounding rounding_new(const float *rows, const float *bias, int32_t vocabulary, int width,
                             bool by_distance);
void rounding_free(struct rounding *rounding);

/* Row of a token. */
const float *rounding_row(const struct rounding *rounding, int32_t id);
/* The token whose row is nearest to x [width]; the first of equals. */
int32_t rounding_nearest(const struct rounding *rounding, const float *x);
/* logits [vocabulary] of x: x · rows + bias, or -|x - rows|. */
void rounding_logits(const struct rounding *rounding, const float *x, float *logits);

#endif
