/* block_panel.h - products with weights in blocks (GGUF) in whole numbers, and the panel product for each
 * instruction set.
 *
 * Activations are int8, q, with one scale for each BLOCK of a row; weights are as block_form() says. So
 *     Σ x w = Σ over groups of x_scale scale (Σ q level - offset Σ q) - Σ over blocks of least x_scale Σ q
 * where the sums over a group are exact. The second part, for the types that have a least, is a product of
 * floats: block_rows.weights times block_panel.leasts. */
#ifndef MODEL_TENSOR_BLOCK_PANEL_H
#define MODEL_TENSOR_BLOCK_PANEL_H

#include "model/format/blocks.h"

#include <stddef.h>

enum { ROW_GROUP = 8, QUAD = 4, HALF_BLOCK = BLOCK / 2 };

/* Rows of activations, ROW_GROUP by ROW_GROUP: what one step needs of a group is together. cols is a multiple
 * of BLOCK. */
struct block_rows {
    int cols;
    int8_t *levels; /* [groups][cols / QUAD][ROW_GROUP][QUAD] */
    float *scales;  /* [groups][cols / BLOCK][ROW_GROUP] */
    int32_t *sums;  /* [groups][cols / HALF_BLOCK][ROW_GROUP]: Σ q */
    float *weights; /* [rows][cols / BLOCK]: scale Σ q */
};

struct block_panel {
    int cols, group, offset;
    uint8_t *levels; /* [cols / QUAD][PANEL][QUAD] */
    float *scales;   /* [cols / group][PANEL] */
    float *leasts;   /* [cols / BLOCK][PANEL], negated; NULL: none */
};

/* out [m][PANEL] of rows [first, first + m); first is a multiple of ROW_GROUP. The leasts are not looked at.
 */
void block_panel_scalar(const struct block_rows *rows, int first, int m, const struct block_panel *panel,
                        float *out);
void block_panel_avx2(const struct block_rows *rows, int first, int m, const struct block_panel *panel,
                      float *out);
void block_panel_vnni(const struct block_rows *rows, int first, int m, const struct block_panel *panel,
                      float *out);
void block_panel_avx512(const struct block_rows *rows, int first, int m, const struct block_panel *panel,
                        float *out);

/* One row of activations, x [rows->cols], as row `row`: q = round(x / scale), scale = max |x| / 127. */
void block_activations(const float *x, const struct block_rows *rows, int row);

#endif
