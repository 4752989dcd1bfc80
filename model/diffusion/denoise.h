/* denoise.h - THE loop: from noise to text in a number of steps. Process, schedule, sampler and guidance are
 * its parameters.
 *
 *     each step: network (all sequences and both guidance branches in one batch) -> guidance -> temperature
 * -> choice of a piece at each open place -> the sampler ranks the places -> the process decides as many as
 * the schedule says -> observe
 *
 * Sequences share the context that was set in the session; each has its own canvas, random numbers and
 * temperature, so what comes out for one does not depend on which others run beside it. */
#ifndef MODEL_DIFFUSION_DENOISE_H
#define MODEL_DIFFUSION_DENOISE_H

#include "model/diffusion/guidance.h"
#include "model/diffusion/process.h"
#include "model/diffusion/schedule.h"
#include "model/network/denoiser.h"

struct sequence {
    struct canvas canvas;
    double heat; /* temperature of the choice of pieces; 0: the best */
    struct random random;
    int steps; /* network steps it took */
};

/* What the network says about one sequence's open places. Rows are [vocabulary], log-probabilities. */
struct view {
    struct sequence *sequence;
    const int *places; /* [count] in the canvas, ascending */
    int count;
    int32_t vocabulary;
    const float *const *choice; /* [count] guided, with temperature */
    const float *const *with; /* [count] of the conditional branch; without guidance at temperature 0 the same
                                 rows as choice */
};

/* Memory for the rows of a step; grows to the largest batch and is kept from step to step. Zero is an empty
 * one. */
struct workspace {
    float *logits, *heated;
    size_t logits_room, heated_room; /* floats */
};
void workspace_free(struct workspace *workspace);

struct denoise {
    struct denoiser_session *session;
    const struct framing *framing;
    const struct process *process;
    const struct schedule *schedule;
    const struct sampler *sampler;
    struct guidance guidance;
    int steps;
    struct workspace *workspace; /* the caller's, of one thread */
    void *user;                  /* of the two hooks */
    /* Puts a piece for each open place into `tokens` [count]; NULL: the best of each row of choice. */
    void (*choose)(void *user, const struct view *view, int32_t *tokens);
    /* After each step. */
    void (*observe)(void *user, int step, int steps, struct sequence *const *sequences, int count);
    const atomic_bool *cancel, *stop; /* may be NULL */
};

/* One pass of the network over each sequence as it stands; calls `look` once for each sequence that has open
 * places, in order. The rows live until look returns. */
bool denoise_look(const struct denoise *denoise, struct sequence *const *sequences, int count,
                  void (*look)(void *user, int index, const struct view *view), void *user,
                  struct lacuna_error *error);

/* Runs until every place of every sequence is decided, or `stop` became true. The open places must hold noise
 * already (process->begin). false: error, LACUNA_CANCELLED among them. */
bool denoise_run(const struct denoise *denoise, struct sequence *const *sequences, int count,
                 struct lacuna_error *error);

#endif
