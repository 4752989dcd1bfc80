/* rates.h - cases of processes with rates, as SEDD and MDLM have them: schedules, columns of the process,
 * what a prediction says, single steps and whole runs, all through the loop's own parts. */
#ifndef MODEL_VERIFY_RATES_H
#define MODEL_VERIFY_RATES_H

#include "model/verify/forward.h"

/* outputs.total and outputs.rate of params.type at inputs.t [count]. */
bool verify_noise_table(const struct verify_network *network, const struct verify_file *file,
                        const json_t *one, struct lacuna_error *error);
/* Columns and rows of the matrices of params.graph at inputs.x and inputs.sigma. */
bool verify_graph(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                  struct lacuna_error *error);
/* outputs.sample, drawn from inputs.probs by inputs.u. */
bool verify_categorical(const struct verify_network *network, const struct verify_file *file,
                        const json_t *one, struct lacuna_error *error);
struct verify_reading {
    const char *prediction, *key;
    bool as_noise; /* every place is read as if it held noise */
};
/* inputs.x [batch, length] at inputs.sigma [batch] through the network and a prediction, against
 * outputs.KEY [batch, length, vocabulary]. */
bool verify_prediction(const struct verify_network *network, const struct verify_file *file,
                       const json_t *one, struct verify_reading reading, struct lacuna_error *error);

/* One reverse step of `sampler` from params.t by params.step_size or dt, or its last step (`clean`), on
 * inputs.x: whatever of sigma, next_sigma, dsigma, p_x0, score, staggered_score, transp_transition,
 * reverse_rate, probs and q_xs the outputs have, and what inputs.u draws, x_next. */
struct verify_step {
    const char *sampler;
    bool clean;
};
bool verify_rates_step(const struct verify_network *network, const struct verify_file *file,
                       const json_t *one, struct verify_step step, struct lacuna_error *error);

/* Whole runs from inputs.x_init, or all noise of params.batch rows of params.length, with inputs.u and
 * u_denoise for draws: the canvas after each step (outputs.x_steps), or before each
 * (outputs.x_after_projector), and at the end (outputs.final). inputs.clamp_positions hold inputs.clamp_ids
 * throughout. */
bool verify_rates_run(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                      struct lacuna_error *error);
/* Rounds of cached ddpm over a canvas that moves on by params.stride_length: outputs.sequences. */
bool verify_strides(const struct verify_network *network, const struct verify_file *file, const json_t *one,
                    struct lacuna_error *error);

/* The loop on a case's network: prediction and time told as its parameters say. `framing` is filled and
 * borrowed. */
struct denoise;
struct workspace;
bool verify_rates_denoise(struct denoise *denoise, struct framing *framing, struct workspace *workspace,
                          const struct verify_network *network, const json_t *params, const char *sampler,
                          struct lacuna_error *error);

#endif
