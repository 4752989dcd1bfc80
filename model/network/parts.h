/* parts.h - what denoiser.c, session.c, pass.c and attention.c share; nobody else includes it.
 *
 *     denoiser   weights and description, read-only
 *     session    buffers of one thread, keys and values of the context
 *     pass       one run of the graph over the rows of one or more sequences */
#ifndef MODEL_NETWORK_PARTS_H
#define MODEL_NETWORK_PARTS_H

#include "model/network/denoiser.h"
#include "model/network/family.h"
#include "model/network/graph.h"
#include "model/network/rounding.h"
#include "model/tensor/engine.h"
#include "model/tensor/kernels.h"

struct denoiser {
    const struct checkpoint *checkpoint;
    struct engine *engine;
    const struct kernels *kernels;
    struct graph graph;
    struct framing framing;
    bool rounds;        /* activations to int8 before some of the products */
    struct arena arena; /* weights that were repacked or read */
    struct weight embedding;
    struct layer *layers;  /* [graph.layers] */
    float *position_table; /* [positions][width], the first token type's row added; NULL: none */
    struct norm embedding_norm, final_norm, head_norm;
    struct linear head_dense, head;
    struct weight time_table;
    struct linear time_in, time_out, final_modulation;
    struct linear vector_in[2], vector_out[2];
    struct rounding rounding; /* of a family of vectors */
    float *frequencies[2];    /* [head_width / 2] of the rotary embedding, of the local layers too; or NULL */
};

/* Keys and values of some rows for one layer. Keys lie as panels for q · kᵀ, values as rows for p · v; both
 * are padded with zeros to whole panels. */
struct key_block {
    float *keys;   /* [kv_heads][padded / PANEL][head_width][PANEL] */
    float *values; /* [kv_heads][padded][value_width] */
    int padded;    /* rows, a multiple of PANEL */
};

/* Rows [first, first + rows) of a pass that see one another: the first `context_rows` of them only each
 * other, all others (or, in a causal graph, all but what follows) the first `keys`; and all see the rows in
 * `cached`. */
struct sequence {
    int first, rows, context_rows, keys;
    int padded_first;                   /* where its keys and values begin, in padded rows */
    const struct context_cache *cached; /* NULL: none */
    struct context_cache *kept; /* takes keys and values of all rows but the window; NULL: nothing is kept */
    int window_first, window_end; /* rows of the sequence */
};

enum { QUERY_ROWS = 8 }; /* the most queries of a block */

/* Queries [first, first + count) of a pass, all of one sequence; one tile of attention for each head. */
struct query_block {
    int sequence, first, count;
};

struct context_cache {
    int count, padded, room; /* rows; padded to whole panels; the room of the buffers in padded rows */
    int id_room;
    int32_t *ids, *positions; /* [count]; NULL in a denoiser_cache */
    float *keys, *values;     /* [layers] blocks of `padded` rows each, as struct key_block has them */
};

struct denoiser_cache {
    struct context_cache rows;
    bool filled;
};

struct denoiser_session {
    const struct denoiser *denoiser;
    struct linear_work work;
    struct context_cache context;
    int angle_count;
    float *cosines[2], *sines[2]; /* [angle_count][head_width / 2], as the denoiser's frequencies */

    int row_room, padded_room, sequence_room;
    int32_t *ids, *positions; /* [row_room] */
    int *wanted, *order;      /* [row_room] */
    struct sequence *sequences;
    struct query_block *blocks; /* [row_room + sequence_room] */
    float *x, *normed;          /* [row_room][width] */
    float *last_x, *last_normed;
    float *vectors, *predicted;   /* [row_room][vector_in], [row_room][vector_out] */
    float *queries, *attended;    /* [row_room][heads · head_width] */
    float *keys_new, *values_new; /* [row_room][kv_heads · head_width] */
    float *inner;                 /* [row_room][inner] */
    float *keys, *values;         /* key_blocks of the sequences of a pass, one layer at a time */

    float *modulation; /* [6 layers + 2][width]: of each layer shift, weight, gate for attention and for the
                          mlp; of the head */
    float *time_rows;  /* [2][time_room] */
    int time_room;

    void (*watch)(void *user, int layer, const float *hidden);
    void *watch_user;
};

/* One run over session->sequences. */
struct pass {
    struct denoiser_session *session;
    int rows, sequence_count, padded;
    const int *wanted; /* rows whose logits are computed, grouped by sequence */
    int wanted_count;
    float time;
    float *
        predicted; /* [wanted_count][vector_out] of a family of vectors; NULL: logits are asked for instead */
    bool fill_context; /* keys and values go to the context's cache; there are no logits */
    const atomic_bool *cancel;
};

/* Finds and packs the weights: float ones if `pack_floats`, int8 ones as such unless `float32`. */
bool denoiser_bind(struct denoiser *denoiser, bool pack_floats, bool float32, struct lacuna_error *error);

/* The time's part in a pass: added to session->x (TIME_TABLE), or session->modulation (TIME_ADAPTIVE). */
void time_enter(const struct pass *pass);
/* Row `row` of a pass is the i-th of `rows`. */
void session_take(struct denoiser_session *session, int row, const struct rows *rows, int i);
/* Embedding, vectors and head of a family of vectors: session->x from session->vectors; logits
 * or predictions of the wanted rows from x, which is session->last_x or last_normed; both are used up. */
bool vectors_bind(struct denoiser *denoiser, struct lacuna_error *error);
void vectors_enter(const struct pass *pass);
void vectors_leave(const struct pass *pass, const float *x, float *logits);
/* Logits [wanted_count, vocabulary] as the family gives them. */
void output_finish(const struct pass *pass, float *logits);

int value_width(const struct graph *graph);
/* The block of a sequence of a pass for the layer at hand. */
struct key_block pass_keys(const struct pass *pass, const struct sequence *sequence, int layer);
struct key_block cached_keys(const struct graph *graph, const struct context_cache *cache, int layer);
/* Room for keys and values of `count` rows. */
void cache_reserve(const struct graph *graph, struct context_cache *cache, int count);
void cache_release(struct context_cache *cache);

/* The last sequence of a pass, laid out whole for `branch`, as its cache wants it: the window alone, or with
 * the rest to be kept. */
void cache_enter(struct pass *pass, const struct rows *branch);

/* Buffers for a pass of that size, of which a sequence sees `cached` padded rows more, and angles up to
 * `last_position`. */
void session_reserve(struct denoiser_session *session, int rows, int sequences, int padded, int cached,
                     int last_position);

/* Runs the graph. logits [wanted_count, vocabulary]; NULL with fill_context. */
bool pass_run(struct pass *pass, float *logits, struct lacuna_error *error);

/* Turns the new keys by their positions and stores them with the values where attention reads them. */
void attention_store(const struct pass *pass, int layer);
/* session->attended for the queries of `blocks`: query i of the pass is row query_rows[i] (NULL: row i). */
void attention_run(const struct pass *pass, int layer, const struct query_block *blocks, int block_count,
                   const int *query_rows);

#endif
