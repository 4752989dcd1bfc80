/* likelihood.h - how probable the network finds what stands at open places. */
#ifndef MODEL_DIFFUSION_LIKELIHOOD_H
#define MODEL_DIFFUSION_LIKELIHOOD_H

#include "model/diffusion/denoise.h"

/* A text of which part is masked. */
struct masked {
    struct sequence sequence; /* its canvas holds the masks as open places */
    const int32_t *truth;     /* [canvas.size] */
    double share;             /* of the places that could be masked */
    double nats;              /* comes out: sum of -log p(truth) over its open places / share, by which the
                                 expectation over masks is a bound (Nie et al. 2025, equation 3) */
};

/* One pass over each text with the session's context and the guidance of `denoise`; its sampler may be NULL.
 */
bool likelihood_look(const struct denoise *denoise, struct masked *texts, int count,
                     struct lacuna_error *error);

#endif
