/* denoiser.h - the network that looks at a partly masked canvas and gives logits at its masked places.
 *
 * One graph of shared parts serves every family (family/…): a family is a description of the graph and a
 * table of tensor names. A denoiser is the weights, shared and read-only; a session is one thread's working
 * memory and its cached keys and values. Nothing is allocated inside denoiser_step once a session has seen
 * its largest batch.
 *
 * Rows and kinds (the default model's attention "context_apart"): context rows attend to context alone; hole
 * and attribute rows attend to the context and to all rows of their own branch. So the context's keys and
 * values are exact whatever the holes hold, are computed once by denoiser_context and shared by all branches
 * of all steps. For a family that attends everywhere the session recomputes the context together with each
 * branch; the caller sees no difference.
 *
 * The same numbers come out whatever the number of threads: tiles and orders of summation depend on shapes
 * alone. */
#ifndef MODEL_NETWORK_DENOISER_H
#define MODEL_NETWORK_DENOISER_H

#include "model/base/error.h"
#include "model/format/checkpoint.h"

#include <stdatomic.h>
#include <stdint.h>

struct denoiser;
struct denoiser_session;
struct engine; /* tensor/engine.h: kernel table, BLAS and worker threads */

/* What rows.time is: nothing; sigma(t), the noise accumulated at time t; the number of the step, from 0;
 * t in so many even levels, from 0; what the process that lays vectors says. */
enum time_kind { TIME_KIND_NONE, TIME_KIND_SIGMA, TIME_KIND_STEP, TIME_KIND_LEVEL, TIME_KIND_PROCESS };

/* How the process of a family of vectors runs (Diffusion-LM, DiffuSeq, Analog Bits). */
struct vector_framing {
    int width;             /* of a token's vector; 0: rows are tokens */
    bool self_conditioned; /* beside each vector the network reads what it predicted last */
    const char *noise;     /* a schedule of diffusion/beta/, or of diffusion/log_snr/ */
    int steps;             /* of the process in training; 0: time is continuous */
    bool rescaled;         /* the time told is in thousandths of the process */
    bool predicts_noise;   /* not the text's vectors */
    bool learned_variance; /* a second vector is predicted, the variance's share between its bounds */
    bool small_variance;
    float scale; /* of bits */
};

/* What a sampler has to know about a family; a wrong one of these still gives plausible text. */
struct framing {
    const char *architecture;                /* "lacuna", "llada", … */
    int32_t vocabulary;                      /* width of the logits */
    int32_t context_length;                  /* positions */
    int32_t mask, null, none, bos, eos, pad; /* token ids; -1: has none */
    /* DreamOn: in place of a masked token, two masked ones; nothing. -1: has none. Whoever has them learnt
     * from whole texts, so that eos stands behind them. */
    int32_t expand, remove;
    /* What the tokenizer calls the tokens that no configuration numbers: denoiser_name_tokens. */
    struct {
        const char *mask, *bos, *eos, *pad, *expand;
    } spelled;
    bool closed;  /* eos stands behind the text, as bos does in front */
    bool padded;  /* and pad behind that, up to the context's length */
    bool shifted; /* position i is predicted by row i - 1 (denoiser_step and denoiser_forward undo this) */
    bool context_apart;
    bool causal; /* trained left to right alone */
    bool verified;
    const char *proof; /* what it was compared with, where that is not the original's recorded output */
    enum time_kind time;
    int time_levels;
    const char *process;         /* of noise: diffusion/process/ */
    const char *schedule;        /* of noise in its training: diffusion/schedule/ */
    const char *prediction;      /* what the output says: diffusion/prediction/ */
    double sigma_min, sigma_max; /* the schedule's ends; 0: its own */
    int attribute_slots;         /* rows before the text that hold attribute tokens; 0: none */
    int target_position;         /* of a model of pairs: where the target begins (pair.h); 0: another model */
    struct vector_framing vectors;
    uint64_t parameters;
};

/* `checkpoint` must outlive the denoiser (weights are used where they are mapped wherever their type allows).
 */
struct denoiser *denoiser_open(const struct checkpoint *checkpoint, struct engine *engine,
                               struct lacuna_error *error);
/* The same, but int8 weights and blocks are computed in float32 (exactly the values that they stand for) and
 * activations are not rounded to int8. */
struct denoiser *denoiser_open_float32(const struct checkpoint *checkpoint, struct engine *engine,
                                       struct lacuna_error *error);
/* Whether activations are rounded to int8 before some of the products. */
bool denoiser_rounds(const struct denoiser *denoiser);
void denoiser_close(struct denoiser *denoiser);
const struct framing *denoiser_framing(const struct denoiser *denoiser);
/* Looks up the tokens that the family knows by name alone; `find` gives -1 where there is none. */
void denoiser_name_tokens(struct denoiser *denoiser, int32_t (*find)(const void *user, const char *spelling),
                          const void *user);

struct denoiser_session *denoiser_session_new(const struct denoiser *denoiser, struct lacuna_error *error);
void denoiser_session_free(struct denoiser_session *session);

/* Keys and values of rows of one branch that later steps do not compute again, though what they see changes:
 * an approximation that only a network needs in which every row sees every row. */
struct denoiser_cache;
struct denoiser_cache *denoiser_cache_new(void);
void denoiser_cache_free(struct denoiser_cache *cache);
/* The next step with it computes all rows and keeps those outside its window. */
void denoiser_cache_drop(struct denoiser_cache *cache);
/* Whether the next step with it computes the rows of its window alone. */
bool denoiser_cache_filled(const struct denoiser_cache *cache);
/* Whether the network has a use for caches; the steps of one that has not leave them empty. */
bool denoiser_caches(const struct denoiser_session *session);

/* Rows of one sequence or one branch. ids, positions: [count]; positions are explicit, since a hole keeps the
 * place of its whole bucket even when its tail is left out. */
struct rows {
    const int32_t *ids;
    const int32_t *positions;
    int count;
    const int *wanted; /* [wanted_count] row indexes whose logits are read; NULL: none */
    int wanted_count;
    struct denoiser_cache *cache;     /* NULL: all rows are computed; one cache a branch, from step to step */
    int32_t window_first, window_end; /* positions [first, end) that are computed though the cache is filled;
                                         all wanted rows are among them then */
    float time;                       /* as framing.time says */
    /* Of a family of vectors. [count, width or, self-conditioned, 2 width]; NULL: the tokens' own. */
    const float *vectors;
    float *predicted; /* [wanted_count, width or, with a learned variance, 2 width]; NULL: logits are asked
                         for instead */
};

/* Set the context that the following steps share. false: error (too long, cancelled). */
bool denoiser_context(struct denoiser_session *session, const struct rows *context,
                      struct lacuna_error *error);

/* One pass over `branch_count` branches (attribute and hole rows). logits: [sum of wanted_count, vocabulary],
 * branch after branch (a family of vectors: or NULL where predictions are asked for). `cancel` (may be
 * NULL) is looked at before every layer; when it is true the step fails with LACUNA_CANCELLED. */
bool denoiser_step(struct denoiser_session *session, const struct rows *branches, int branch_count,
                   float *logits, const atomic_bool *cancel, struct lacuna_error *error);

/* One sequence, no cached context (logits, score, verify): logits [wanted_count, vocabulary]. `kinds` [count]
 * says of each row: 0 context, 1 hole or attribute, 2 padding, which nobody sees; 0 is as 1 unless the family
 * is context_apart. NULL: all 1. */
bool denoiser_forward(struct denoiser_session *session, const struct rows *rows, const uint8_t *kinds,
                      float *logits, const atomic_bool *cancel, struct lacuna_error *error);
/* The same row by row as the network gives it: not shifted back where the family is shifted. */
bool denoiser_forward_raw(struct denoiser_session *session, const struct rows *rows, const uint8_t *kinds,
                          float *logits, const atomic_bool *cancel, struct lacuna_error *error);

/* Logits of a score network in place: less log(e^sigma - 1) and log(vocabulary - 1), and 0 at the present
 * piece (SEDD, Lou et al. 2024, appendix C.2). */
void log_score_by_sigma(float *row, int32_t vocabulary, int32_t id, float sigma);

/* For verification: `watch` gets the residual stream [rows, width] before each layer and, as number `layers`,
 * what the head sees. Rows are those of the pass, context first. It is called on the thread that steps. NULL
 * ends it. */
void denoiser_watch(struct denoiser_session *session,
                    void (*watch)(void *user, int layer, const float *hidden), void *user);
struct rounding; /* network/rounding.h */
/* The tokens as vectors; NULL where rows are tokens. */
const struct rounding *denoiser_rounding(const struct denoiser *denoiser);
/* Width of the residual stream. */
int denoiser_width(const struct denoiser *denoiser);

#endif
