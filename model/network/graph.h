/* graph.h - the one network that every family describes itself as.
 *
 *     ids → embedding → layers × ( x += attention(norm x);  x += mlp(norm x) ) → norm → head → logits
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

struct names {
    const char *embedding, *final_norm, *head; /* head NULL: the embedding serves */
    const char *attention_norm, *query, *key, *value, *output;
    const char *mlp_norm, *gate, *up, *down; /* gate NULL: no gate, activation(up) */
};

struct graph {
    int width, layers, heads, kv_heads, head_width, inner;
    int vocabulary; /* rows of the embedding and of the head */
    enum norm_kind norm;
    float norm_epsilon;
    enum activation activation;
    enum sight sight;
    float rope_base;
    bool qkv_bias, output_bias, mlp_bias, head_bias;
    struct names names;
};

/* The weights of one layer; vectors are NULL where the graph has none. */
struct layer {
    struct linear query, key, value, output, gate, up, down;
    float *attention_norm, *mlp_norm;
};

#endif
