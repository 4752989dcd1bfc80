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
/* Room for quantised rows of `bytes` in all and `rows` scales; what was there is lost. */
void linear_work_reserve(struct linear_work *work, size_t bytes, size_t rows);

#endif
