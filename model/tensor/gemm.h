/* gemm.h - one tile of a matrix product on our own kernels, for where there is no OpenBLAS. */
#ifndef MODEL_TENSOR_GEMM_H
#define MODEL_TENSOR_GEMM_H

#include "model/tensor/engine.h"
#include "model/tensor/kernels.h"

void gemm_own(const struct kernels *kernels, const struct gemm *gemm);

#endif
