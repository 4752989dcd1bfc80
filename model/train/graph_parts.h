/* graph_parts.h - what the files of the graph share: its memory and the passes over one tile. Private to
 * graph*.c. */
#ifndef MODEL_TRAIN_GRAPH_PARTS_H
#define MODEL_TRAIN_GRAPH_PARTS_H

#include "model/train/graph.h"

enum {
    TILE_PLACES = 512, /* a tile: as many whole rows as reach this */
    HEAD_ROWS = 1024,  /* chosen places whose logits are held at a time */
    HEAD_TILE = 512,
    WEIGHT_TILE = 512, /* rows of a weight matrix whose gradient is one tile */
};

/* What the way back needs of one layer; [places, …]. `qkv` and `both` turn into their own gradients on the
 * way back. */
struct layer_tape {
    float *x, *attention_inverse, *attention_normed, *qkv, *squares, *mixed;
    float *middle, *inner_inverse, *inner_normed, *both, *hidden;
    float *d_middle, *d_out;   /* gradients of the residual stream behind each half of the layer */
    float *d_attended, *d_fed; /* the same behind dropout; without dropout the same memory */
};

struct graph {
    const struct parameters *parameters;
    struct engine *engine;
    const struct products *products;
    struct graph_limits limits;
    struct layer_tape *layers;
    float *last, *last_inverse, *last_normed; /* the stream behind the last layer; [places, width] */
    float *d_first, *d_embedded;              /* gradient of the embedded rows, behind and before dropout */
    float *d_normed, *d_mixed, *d_hidden;     /* scratch, [places, width | width | inner] */
    float *d_squares, *d_head;                /* scratch: [Σ row²], [places, 3 · head width] */
    float *cosine, *sine;                     /* [positions, head width / 2] */
    float *masks; /* [3, places] 0 for what context, holes, and what is beside them see, else -inf */
    float *head_rows, *d_head_rows, *logits; /* [HEAD_ROWS, width | width | vocabulary] */
    float *score_room;                       /* [HEAD_ROWS / HEAD_TILE, 3 vocabulary] */
    float *gain_parts;                       /* [tiles, 2 · layers + 1, width] gradients of the norms */
    size_t *square_start; /* [rows + 1] where a row's attention squares begin, of one head */
    int *tile_row;        /* [tiles + 1] first row of a tile */
    int tiles;
    double *head_losses; /* [HEAD_ROWS] */
    void *memory;
    const struct batch *batch; /* of the pass under way */
    const struct pass *pass;
};

/* One layer over the places [first, first + count) of whole rows [row, row_end). */
struct tile {
    int row, row_end, first, count;
};
struct tile graph_tile(const struct graph *graph, int tile);

void graph_forward_tile(struct graph *graph, int tile);
void graph_backward_tile(struct graph *graph, int tile);
void graph_attend(struct graph *graph, int layer, const struct tile *tile);
void graph_attend_back(struct graph *graph, int layer, const struct tile *tile);
/* The loss at the chosen places; with a gradient, last_normed's gradient goes into d_normed. */
double graph_head(struct graph *graph);
void graph_weight_gradients(struct graph *graph);

/* out [count, width] = x with each value dropped with the pass's chance, the others enlarged; `site` tells
 * the places of dropout apart, `first` is the place of the first row. In place is fine. */
void graph_drop(const struct graph *graph, const float *x, float *out, int site, int first, int count);

#endif
