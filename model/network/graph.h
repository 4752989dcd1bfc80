/* graph.h - the one network that every family describes itself as.
 *
 *     ids → embedding → layers × ( x += attention(norm x);  x += mlp(norm x) ) → norm → head → logits
 *
 * or, with norms behind what they follow (post_norm; Vaswani et al. 2017, as in BERT),
 *
 *     ids → embedding → layers × ( x = norm(x + attention x);  x = norm(x + mlp x) ) → head → logits
 *
 or, where rows are vectors (Li et al. 2022, as in Diffusion-LM),
 *
 *     vectors → up(tanh(up x)) + position + time → layers → down(tanh(down x)) → vectors → rounding → logits
 *
 * A family fills a struct graph from its configuration and says what its tensors are called; what a family
 * does not have is zero. In names, '*' stands for the number of the layer; a bias is called as its weight
 * with another ending. */
#ifndef MODEL_NETWORK_GRAPH_H
#define MODEL_NETWORK_GRAPH_H

#include "model/tensor/linear.h"

enum norm_kind { NORM_RMS, NORM_LAYER };

/* Who sees whom: all rows; context rows only one another; each row what stands before it. */
enum sight { SIGHT_ALL, SIGHT_CONTEXT_APART, SIGHT_CAUSAL };

/* Where the time enters: nowhere; as a row of a table that is added to the embedding; as an mlp of
 * its sines and cosines that is added to the embedding; as shift, scale and gate of every layer (adaptive
 * layer norm, Peebles and Xie 2023). */
enum time_input { TIME_NONE, TIME_TABLE, TIME_ADDED, TIME_ADAPTIVE };

enum { TIME_FEATURES = 256 };

/* How logits leave: as they are; as the logarithm of the ratio to the present token (score entropy, Lou et
 * al. 2024). */
enum output { OUTPUT_LOGITS, OUTPUT_LOG_SCORE, OUTPUT_LOG_SCORE_BY_SIGMA };

struct names {
    const char *embedding, *final_norm,
        *head;                         /* head NULL: the embedding serves; a norm NULL: it has no weight */
    const char *position, *token_type; /* [positions, width]; [types, width], of which the first is added */
    const char *embedding_norm;
    const char *head_dense, *head_norm; /* before the head: norm(activation(dense x)); NULL: neither */
    const char *head_bias;              /* NULL: called as the head is */
    const char *attention_norm, *query, *key, *value,
        *output;                               /* query, key and value may be one stacked tensor */
    const char *mlp_norm, *gate, *up, *down;   /* gate NULL: no gate, activation(up); both may be stacked */
    const char *time_table;                    /* [time_steps, width] */
    const char *time_in, *time_out;            /* [time_width, features], [time_width or width, time_width] */
    const char *modulation, *final_modulation; /* [6 width, time_width], [2 width, time_width] */
    const char *vector_in[2], *vector_out[2];  /* [width, vector_in] and [width, width]; [width, width] and
                                                  [vector_out, width]; NULL: the vector as it is */
    const char *vector_bias;                   /* of the logits; NULL: none */
};

struct graph {
    int width, layers, heads, kv_heads, head_width, inner;
    int vocabulary; /* rows of the embedding and of the head */
    enum norm_kind norm;
    bool norm_bias;
    float norm_epsilon;
    bool post_norm;  /* and so there is no final norm */
    bool bare_first; /* the first layer's attention takes the embedding without a norm */
    enum activation activation;
    enum sight sight;
    float rope_base;        /* 0: no rotary embedding */
    bool rope_interleaved;  /* pairs lie side by side, not half a head apart */
    bool rope_backwards;    /* turns the other way */
    bool query_key_norm;    /* queries and keys are normalised after turning, without weights */
    bool embedding_norm;    /* the embedding is normalised */
    int positions;          /* rows of a table of positions that is added to the embedding; 0: none */
    int token_types;        /* rows of the table of token types */
    int window;             /* rows that a local layer sees on either side; 0: all layers see everything */
    int window_every;       /* layers 0, window_every, … see everything all the same */
    float window_rope_base; /* of the local layers */
    enum time_input time;
    int time_steps, time_width;
    int time_features; /* sines and cosines of the time; 0: TIME_FEATURES */
    enum output out;
    bool qkv_bias, output_bias, mlp_bias, head_bias, head_dense_bias;
    int vector_width; /* of a token's vector; 0: rows are tokens */
    int vector_in;    /* what a row brings: a vector, or two side by side */
    int vector_out;   /* what it becomes: a vector, or two side by side */
    float code_scale; /* tokens are ±scale by the bits of their numbers; 0: rows of the embedding */
    bool by_distance; /* logits are minus the distance from the embedding */
    bool transposed;  /* the matrices of the layers lie as [inputs, outputs] */
    struct names names;
};

/* Either is NULL where the graph has none. */
struct norm {
    const float *weight, *bias;
};

/* The weights of one layer; vectors are NULL where the graph has none. */
struct layer {
    struct linear query, key, value, output, gate, up, down, modulation;
    struct norm attention_norm, mlp_norm;
};

static inline int graph_time_features(const struct graph *graph)
{
    return graph->time_features ? graph->time_features : TIME_FEATURES;
}

static inline bool graph_is_local(const struct graph *graph, int layer)
{
    return graph->window && layer % graph->window_every != 0;
}

#endif
