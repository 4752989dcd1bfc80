/* denoise.h - THE loop: from noise to text in a number of steps. Process, schedule, prediction, sampler and
 * guidance are its parameters.
 *
 *     each step, from time t to s: network (all sequences and both guidance branches in one batch) -> what
 * its output says -> guidance -> the sampler ranks the places, or weighs the pieces at each -> a piece is
 * drawn or chosen for each -> the process puts them -> observe
 *
 * Sequences share the context that was set in the session; each has its own canvas, random numbers and
 * temperature, so what comes out for one does not depend on which others run beside it. */
#ifndef MODEL_DIFFUSION_DENOISE_H
#define MODEL_DIFFUSION_DENOISE_H

#include "model/diffusion/guidance.h"
#include "model/diffusion/prediction.h"
#include "model/diffusion/process.h"
#include "model/diffusion/schedule.h"
#include "model/network/denoiser.h"

struct sequence {
    struct canvas canvas;
    double t;    /* the time its canvas stands at, which the network is told; a run sets it */
    double heat; /* temperature of the choice of pieces; 0: the best */
    struct random random;
    const struct draws *draws; /* instead of random; NULL: random */
    void *state;               /* of the process, while a run lasts */
    int from, to; /* open places [from, to) are looked at, the others count as known nothing of; to 0: all */
    struct denoiser_cache *caches[2]; /* of the branches while a run lasts; NULL: none */
    int32_t window_first, window_end; /* positions that are computed where the caches are filled */
    int steps;                        /* network steps it took */
};

/* What the network says about one sequence's open places. Rows are [vocabulary]. */
struct view {
    struct sequence *sequence;
    const int *places; /* [count] in the canvas, ascending */
    int count;
    int32_t vocabulary;
    const float *const *choice; /* [count] log p(x0), guided */
    const float *const
        *with; /* [count] of the conditional branch; without guidance the same rows as choice */
    const float *const *scores; /* [count] log scores, guided; NULL unless the sampler wants them */
};

/* Memory for the rows of a step; grows to the largest batch and is kept from step to step. Zero is an empty
 * one. */
struct workspace {
    float *logits, *derived, *heated, *room, *level;
    size_t logits_room, derived_room, heated_room, room_room, level_room; /* floats */
    bool fresh; /* logits are those of the batch that comes next: the network need not run */
};
void workspace_free(struct workspace *workspace);

struct denoise {
    struct denoiser_session *session;
    /* In the network's place, as denoiser_step; NULL: the session. */
    bool (*predict)(void *user, const struct rows *branches, int branch_count, float *logits);
    const struct framing *framing;
    const struct process *process;
    struct noise_schedule schedule;
    const struct vectors *vectors; /* settings of a process of vectors; NULL: tokens */
    const struct prediction *prediction;
    const struct sampler *sampler;
    struct sampler_settings settings; /* zero: the sampler's own */
    struct guidance guidance;
    int steps;        /* of all blocks together */
    int block_first;  /* place of the canvas where the first block begins; what is open before it goes with it
                       */
    double end;       /* the time that the steps end at; 0: the sampler's */
    bool keeps_noise; /* what is noise after the last step stays noise */
    struct workspace *workspace; /* the caller's, of one thread */
    void *user;                  /* of the hooks */
    /* Puts a piece for each open place into `tokens` [count]; NULL: the best of each row of choice, which has
     * temperature or the noise of drawing in it. */
    void (*choose)(void *user, const struct view *view, int32_t *tokens);
    const int32_t *refused; /* [refused_count] tokens that no place may hold; may change between steps */
    int refused_count;
    /* After each step, before it is observed: may make canvases longer or shorter and set another context.
     * NULL: nothing. false: error. */
    bool (*settle)(void *user, struct sequence *const *sequences, int count, struct lacuna_error *error);
    /* After each step. */
    void (*observe)(void *user, int step, int steps, struct sequence *const *sequences, int count);
    const atomic_bool *cancel, *stop; /* may be NULL */
};

/* Process, schedule and prediction as the family has them; the rest is the caller's. */
struct denoise denoise_of(const struct framing *framing);
struct process_noise denoise_noise(const struct denoise *denoise);

/* States of the process where sequences have none; `opened` [count] says which, and those alone are closed
 * again. A process of tokens needs none. */
void denoise_open_states(const struct denoise *denoise, struct sequence *const *sequences, int count,
                         bool *opened);
void denoise_close_states(const struct denoise *denoise, struct sequence *const *sequences, int count,
                          const bool *opened);

/* One pass of the network over each sequence as it stands; calls `look` once for each sequence that has open
 * places, in order. The rows live until look returns. */
bool denoise_look(const struct denoise *denoise, struct sequence *const *sequences, int count,
                  void (*look)(void *user, int index, const struct view *view), void *user,
                  struct lacuna_error *error);

/* One reverse step of each sequence, number `step` of `steps`, from t to s. `last`: nothing stays noise. */
struct time_step {
    double t, s;
    int step, steps;
    int number; /* of the step in the whole run, by which recorded numbers are found; 0: `step` */
    bool last;
};
bool denoise_step(const struct denoise *denoise, struct time_step step, struct sequence *const *sequences,
                  int count, struct lacuna_error *error);

/* Runs until every place of every sequence is decided, or `stop` became true. The open places must hold noise
 * already (process->begin). false: error, LACUNA_CANCELLED among them. */
bool denoise_run(const struct denoise *denoise, struct sequence *const *sequences, int count,
                 struct lacuna_error *error);

#endif
