/* process.h - what noise is and how a step takes it away: one file process/NAME.c, one `const struct process
 * process_NAME`.
 *
 *     begin            the open places hold noise
 *     advance × steps  from time t to s < t: the sampler says what comes out, the process puts it
 *     advance (last)   what is still noise is decided
 *
 * A process of tokens keeps its state in the canvas: absorbing decides places one by one, uniform moves the
 * tokens of open places and decides all at the end. One that keeps vectors (gaussian, analog bits) has a
 * state of its own for each sequence (`open` … `close`) and lays it where the network reads it (`lay`).
 *
 * A process of tokens is a graph of states in continuous time, dp = Q p dsigma (Campbell et al. 2022; Lou et
 * al. 2024, SEDD, section 3): columns of its matrices are what analytic and Euler samplers are made of. Rows
 * are [vocabulary], float32. */
#ifndef MODEL_DIFFUSION_PROCESS_H
#define MODEL_DIFFUSION_PROCESS_H

#include "model/diffusion/canvas.h"
#include "model/diffusion/draws.h"
#include "model/diffusion/sampler.h"
#include "model/diffusion/schedule.h"
#include "model/network/denoiser.h"

struct process_noise {
    int32_t mask;                  /* token id of noise; -1: has none */
    int32_t vocabulary;            /* width of a row */
    const struct vectors *vectors; /* of a process of vectors; NULL: tokens */
};

/* One reverse step of one sequence; all is borrowed and lives as long as the step. */
struct reverse {
    const struct process *process;
    const struct process_noise *noise;
    const struct noise_schedule *schedule;
    struct canvas *canvas;
    void *state; /* of the process; NULL for tokens */
    double t, s; /* from t to s; the last step of a sampler that has a time to end at: both that time */
    int step, steps, number; /* number: of the step in the whole run, for recorded draws */
    bool last;               /* nothing stays noise */
    bool settles;            /* what a process of moving tokens puts now is decided */
    const int *places;       /* [count] open places of the canvas, ascending */
    int count;
    const float *const *rows;   /* [count] log p(x0), guided, without temperature */
    const float *const *scores; /* [count] log p_t(y) / p_t(x), guided; NULL unless the sampler wants them */
    /* What comes out: guesses[order[0 … take - 1]]; guesses [count]. */
    const struct guess *guesses;
    const int *order;
    int take;
    const struct draws *draws;
    float *room; /* [vocabulary] for whoever needs it */
};

struct process {
    const char *name, *help;
    const char *sampler; /* what it is run by unless a request says otherwise; NULL: confidence */
    bool moves;          /* tokens of open places go on changing until the last step */
    /* Fills the open places with noise. */
    void (*begin)(struct canvas *canvas, const struct process_noise *noise, const struct draws *draws);
    void (*advance)(const struct reverse *reverse);

    /* A state for a run over this canvas, or NULL for these five. `lay` says what the network reads in branch
     * `side` of guidance (0: with the condition), whose condition stands in front of the canvas in rows;
     * `mix` makes one prediction of those of both branches, as guidance_mix does; `say` is what was said of
     * the k-th open place: logits [vocabulary] into row. */
    void *(*open)(const struct canvas *canvas, const struct process_noise *noise, const struct draws *draws);
    void (*close)(void *state);
    void (*lay)(void *state, const struct canvas *canvas, double t, int side, struct rows *rows);
    void (*mix)(void *state, int count, double scale);
    void (*say)(void *state, int k, int place, float *row);

    /* Tokens only. Column `id` of Q and of exp(sigma Q), and rows `id` of the same. */
    void (*rate)(const struct process_noise *noise, int32_t id, float *row);
    void (*rate_into)(const struct process_noise *noise, int32_t id, float *row);
    void (*transition)(const struct process_noise *noise, int32_t id, double sigma, float *row);
    void (*transition_into)(const struct process_noise *noise, int32_t id, double sigma, float *row);
    /* Score at sigma -> score at sigma - dsigma, up to a factor: exp(-dsigma Q) score, in place. */
    void (*stagger)(const struct process_noise *noise, double dsigma, float *score);
    /* log p(x0) of a place that holds `id` -> log score, in place. */
    void (*score)(const struct process_noise *noise, int32_t id, double sigma, float *row);
    /* The gradient by those log scores -> the gradient by logits whose log softmax was `row`, in place. NULL:
     * cannot be learnt so. */
    void (*score_back)(const struct process_noise *noise, int32_t id, double sigma, const float *row,
                       float *gradient);
};

/* Ended by NULL, in order of name (generated from the folder process/). */
extern const struct process *const process_table[];

const struct process *process_find(const char *name);

const struct sampler *process_sampler(const struct process *process);
/* false: the sampler asks of the process what it has not; error says which samplers have no such need. */
bool process_suits(const struct process *process, const struct sampler *sampler, struct lacuna_error *error);

/* Weights of what a place that holds `id` at sigma was at sigma - dsigma, from its log scores: the staggered
 * score times the transition (SEDD, theorem 4.2). With dsigma = sigma the posterior of x0. They need not sum
 * to 1, and rounding may leave them slightly below 0. `weights` may be `log_score`; room: [vocabulary]. */
void process_posterior(const struct process *process, const struct process_noise *noise,
                       const float *log_score, int32_t id, double dsigma, float *weights, float *room);
/* The same at place k of a step. */
void reverse_posterior(const struct reverse *reverse, int k, double dsigma, float *weights);

/* Row of the reverse rates at a place that holds `id`: what flows in from each piece, and out at `id`. */
void process_reverse_rate(const struct process *process, const struct process_noise *noise,
                          const float *log_score, int32_t id, float *row);

#endif
