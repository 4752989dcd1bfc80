/* guidance.h - classifier-free guidance (Ho and Salimans 2021): choice = uncond + scale * (cond - uncond) on
 * log-probabilities.
 *
 * scale 0 ignores the condition, 1 is plain conditioning, above 1 stresses it. (LLaDA's cfg_scale is scale
 * - 1.) Only pieces that the conditional branch finds at least `floor` times as probable as its best may be
 * chosen, so a large scale cannot dig up nonsense. */
#ifndef MODEL_DIFFUSION_GUIDANCE_H
#define MODEL_DIFFUSION_GUIDANCE_H

#include <stdbool.h>
#include <stdint.h>

/* The rows in front of the canvas that say what is wanted, for both branches: [count] each, the same
 * positions. */
struct condition {
    const int32_t *with;    /* ids of the conditional branch */
    const int32_t *without; /* ids of the unconditional branch */
    const int32_t *positions;
    int count;
};

struct guidance {
    struct condition condition;
    double scale;
    double floor; /* 0: none */
    bool active;  /* both branches are needed: there is a condition, and scale is not 1 */
};

/* The floor of requests. */
extern const double guidance_floor;

/* choice [vocabulary] from both branches' log-probabilities; far below all others where the floor forbids.
 * choice may be either of them. */
void guidance_mix(const struct guidance *guidance, float *choice, const float *with, const float *without,
                  int32_t vocabulary);

#endif
