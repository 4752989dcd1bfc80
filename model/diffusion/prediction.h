/* prediction.h - what the network's output says: one file prediction/NAME.c, one `const struct prediction
 * prediction_NAME`. Names are MDLM's (Sahoo et al. 2024, section 3.2). Rows are [vocabulary], float32. */
#ifndef MODEL_DIFFUSION_PREDICTION_H
#define MODEL_DIFFUSION_PREDICTION_H

#include "model/diffusion/process.h"

struct prediction {
    const char *name, *help;
    bool scores; /* a row is log p_t(y) / p_t(x) then, else log p(x0) */
    /* The output at a place that holds `id` -> what it says, in place. */
    void (*read)(const struct process_noise *noise, int32_t id, double sigma, float *row);
};

/* Ended by NULL, in order of name (generated from the folder prediction/). */
extern const struct prediction *const prediction_table[];

/* NULL where there is none of that name. */
const struct prediction *prediction_find(const char *name);

#endif
