/* panels.h - what packing and running of linear.h share. */
#ifndef MODEL_TENSOR_PANELS_H
#define MODEL_TENSOR_PANELS_H

#include "model/tensor/kernels.h"
#include "model/tensor/linear.h"

int linear_panels(const struct linear *linear);
/* Floats of one panel. */
size_t linear_panel_size(const struct linear *linear);
/* Panel number `index` of the weight into `panel`; outputs past the last are 0. */
void linear_make_panel(const struct linear *linear, const struct kernels *kernels, int index, float *panel);
/* The same of a weight that is computed in blocks: `panel` is linear_block_panel_size() floats, and what is
 * returned lies in it. */
size_t linear_block_panel_size(const struct linear *linear);
struct block_panel linear_make_block_panel(const struct linear *linear, const struct kernels *kernels,
                                           int index, float *panel);

/* The rows of x of a call as its weights want them. */
struct quantised {
    struct int8_rows int8;
    struct block_rows blocks;
};
/* rows[i] of each call i whose weights are computed in whole numbers; they last until the next call. */
void linear_quantise(struct linear_work *work, const struct linear_call *calls, int count,
                     struct quantised *rows);

#endif
