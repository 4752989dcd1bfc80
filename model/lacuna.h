/* lacuna.h - the engine's one public door: open a model, start a job on a text with holes, watch it, take the
 * answer.
 *
 *     struct lacuna_error error;
 *     struct lacuna_model *model = lacuna_open("default", NULL, &error);
 *     struct lacuna_span hole = { 31, 47 };
 *     struct lacuna_request request = { .text = text, .size = size, .spans = &hole, .span_count = 1 };
 *     struct lacuna_job *job = lacuna_start(model, &request, NULL, NULL, &error);
 *     const struct lacuna_answer *answer = lacuna_wait(job, &error);        // NULL: error says why
 *     if (answer) puts(answer->alternatives[0].text);
 *     lacuna_job_free(job);
 *     lacuna_close(model);
 *
 * Ownership: what a `lacuna_open`, `lacuna_start` returns is the caller's, to be given back by
 * `lacuna_close`, `lacuna_job_free` (both take NULL). Everything reached through a description, a step or an
 * answer is borrowed: it lives as long as the model, the callback, the job. The request is copied before
 * lacuna_start returns.
 *
 * Threads: a model is read-only after opening and may be shared. Jobs of one model run one after another, in
 * the order started, on the model's worker thread. `observe` is called on that thread; every other function
 * may be called from any thread, but two threads must not use one job at once except for lacuna_cancel and
 * lacuna_stop. A model is closed only after its jobs were freed.
 *
 * Errors: a function that can fail takes an error as its last argument, may be given NULL, and fills code and
 * message on failure. Messages are one line for the user, without a final full stop. Zero is the sane value
 * of every option. */
#ifndef LACUNA_H
#define LACUNA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LACUNA_API __attribute__((visibility("default")))

enum lacuna_code {
    LACUNA_OK,
    LACUNA_BAD_JSON,
    LACUNA_BAD_REQUEST,
    LACUNA_BAD_SPAN,
    LACUNA_ATTRIBUTE, /* unknown attribute; the message names the nearest */
    LACUNA_LENGTH,    /* no fill of the asked length exists */
    LACUNA_KEEP,      /* the kept words cannot be placed */
    LACUNA_TOO_LONG,  /* a hole does not fit the model's context */
    LACUNA_MODEL,     /* the model cannot be opened or cannot do this */
    LACUNA_CANCELLED,
};

struct lacuna_error {
    enum lacuna_code code;
    char message[512];
};

/* ---- models */

struct lacuna_model;

struct lacuna_options {
    int threads;             /* 0: as many as cores, 4 at most */
    bool float32;            /* compute int8 and quantised weights in float32 (exact mode) */
    const char *data_folder; /* where `models/NAME/` is; NULL: beside the library, then XDG data folders */
};

/* Calls visit for each model that a name reaches, in the order of search: models/ of `data_folder` (may be
 * NULL), of the installation and of the XDG data folders. Name and path are borrowed until visit returns.
 * Opens nothing. */
LACUNA_API void lacuna_models(const char *data_folder,
                              void (*visit)(void *user, const char *name, const char *path), void *user);

/* Calls visit for each name that `sampler` of a request may be, with a line of help. */
LACUNA_API void lacuna_samplers(void (*visit)(void *user, const char *name, const char *help), void *user);

struct lacuna_attribute {
    const char *slot;  /* "tense" */
    const char *value; /* "past" */
};

struct lacuna_description {
    const char *name;         /* "default", or the last part of the path */
    const char *path;         /* of the folder or file it was read from */
    const char *architecture; /* "lacuna", "llada", "dream", … */
    const char *process;      /* "absorbing", "uniform", "gaussian", "analog_bits" */
    const char *tokenizer;    /* "byte-level BPE, 8192 pieces" */
    uint64_t parameters;
    int context_length; /* tokens */
    bool verified;      /* its family is proven by reference cases */
    const struct lacuna_attribute *attributes;
    size_t attribute_count;
};

/* A model by name ("default"), folder or file. NULL on failure. Blocks; takes milliseconds for a mapped float
 * model. */
LACUNA_API struct lacuna_model *lacuna_open(const char *name_or_path, const struct lacuna_options *options,
                                            struct lacuna_error *error);
LACUNA_API void lacuna_close(struct lacuna_model *model);
LACUNA_API const struct lacuna_description *lacuna_describe(const struct lacuna_model *model);

/* ---- requests */

enum lacuna_task {
    LACUNA_INFILL,  /* regenerate each span */
    LACUNA_REWRITE, /* mask each span partly (strength) and regenerate that */
    LACUNA_CORRECT, /* find improbable words in each span and propose others */
};

/* Bytes [start, end) of a UTF-8 text. */
struct lacuna_span {
    size_t start, end;
};

enum lacuna_unit { LACUNA_AUTO, LACUNA_TOKENS, LACUNA_WORDS };

struct lacuna_length {
    enum lacuna_unit unit; /* LACUNA_AUTO: the model chooses, low and high are not read */
    int low, high;         /* inclusive */
};

struct lacuna_request {
    enum lacuna_task task;
    const char *text; /* UTF-8, `size` bytes; borrowed until lacuna_start returns */
    size_t size;
    const struct lacuna_span *spans; /* ascending, disjoint, on character boundaries; empty ones insert */
    size_t span_count;
    const char *attribute; /* "formal past with: moon"; NULL: none */
    bool guidance_set;     /* false: 2.0 with an attribute */
    double guidance;       /* uncond + guidance * (cond - uncond) */
    bool strength_set;     /* false: 0.3 */
    double strength;       /* rewrite: share that is masked, 0…1 */
    int steps;             /* 0: 8 */
    uint64_t seed;
    struct lacuna_length length;
    const char *const *keep; /* words that must appear, each in any one hole */
    size_t keep_count;
    int count; /* alternatives; 0: 1 */
    double temperature;
    const char *sampler; /* NULL: the model's own */
    /* What samplers go by; 0: as the sampler is published. */
    double threshold;  /* of probability, from which on a piece is sure and need not wait; 0…1 */
    double top_p;      /* pieces are drawn among the fewest whose probabilities sum to more; 0: among all */
    int top_k;         /* and among so many of the best; 0: all */
    int block_length;  /* tokens that are revealed before those behind them */
    double alg_temp;   /* temperature of which places are revealed; 0: strictly by rank */
    int reveals;       /* tokens a step, where the sampler takes a fixed number */
    double early_exit; /* approximate: share of places that must be settled for the rest to be decided at
                          once; 0: every step is taken */
    bool newlines;     /* fills may hold line breaks */
};

/* Checks a request without starting it; false with bad_request, bad_span, attribute, length or keep. */
LACUNA_API bool lacuna_check(const struct lacuna_model *model, const struct lacuna_request *request,
                             struct lacuna_error *error);

/* ---- jobs */

/* Bytes [start, end) of the text it belongs to, and the probability of what stands there (0…1). */
struct lacuna_confidence {
    size_t start, end;
    float probability;
};

/* One hole as it stands after a step. Undecided places read as U+00B7 (one per masked piece) with probability
 * 0. */
struct lacuna_hole {
    const char *text; /* UTF-8, ended by a 0 byte */
    size_t size;
    const struct lacuna_confidence *confidence; /* over `text` */
    size_t confidence_count;
};

struct lacuna_step {
    int step, steps; /* 1…steps; steps may shrink when every position is decided early */
    const struct lacuna_hole *holes;
    size_t hole_count; /* as many as spans of the request */
};

/* Called on the worker thread after each step of the leading alternative. Must not call into the job, except
 * lacuna_cancel and lacuna_stop. Also called once, with step NULL, when the job has ended. */
typedef void lacuna_observe(void *user, const struct lacuna_step *step);

struct lacuna_fill {
    const char *text; /* UTF-8, ended by a 0 byte */
    size_t size;
    int tokens; /* emitted for this hole */
};

struct lacuna_edit { /* correct: bytes [start, end) of the request's text read better as `text` */
    size_t start, end;
    const char *text;
    float probability;
};

struct lacuna_alternative {
    const char *text; /* the whole text with the fills in it, ended by a 0 byte */
    size_t size;
    const struct lacuna_fill *fills;            /* one a span */
    double logprob;                             /* mean natural logarithm of the probability per token */
    const struct lacuna_confidence *confidence; /* over `text` */
    size_t confidence_count;
    const struct lacuna_edit *edits; /* correct alone */
    size_t edit_count;
};

struct lacuna_answer {
    const struct lacuna_alternative *alternatives; /* best first, pairwise different */
    size_t alternative_count;                      /* at least 1 */
    size_t span_count;
    int steps;        /* network steps taken */
    int tokens;       /* emitted by the first alternative */
    double ms;        /* from start to answer */
    const char *note; /* NULL, or why there are fewer alternatives than asked */
};

struct lacuna_job;

/* NULL on failure (the same codes as lacuna_check, and model). `observe` may be NULL. */
LACUNA_API struct lacuna_job *lacuna_start(struct lacuna_model *model, const struct lacuna_request *request,
                                           lacuna_observe *observe, void *user, struct lacuna_error *error);
/* True once the job has ended, by an answer or by an error. Never blocks. */
LACUNA_API bool lacuna_ended(const struct lacuna_job *job);
/* Blocks until the job ends. NULL: it failed or was cancelled. */
LACUNA_API const struct lacuna_answer *lacuna_wait(struct lacuna_job *job, struct lacuna_error *error);
/* Ask the job to end within one layer of the network, without an answer. Returns at once. */
LACUNA_API void lacuna_cancel(struct lacuna_job *job);
/* Ask the job to keep what is decided: the answer's fills hold the decided pieces, in order, and no others.
 * Returns at once. */
LACUNA_API void lacuna_stop(struct lacuna_job *job);
/* Cancels a running job, waits for it, frees it and its answer. NULL is fine. */
LACUNA_API void lacuna_job_free(struct lacuna_job *job);

LACUNA_API const char *lacuna_version(void);
/* "bad_span" for LACUNA_BAD_SPAN, and so on. */
LACUNA_API const char *lacuna_code_name(enum lacuna_code code);

#endif
