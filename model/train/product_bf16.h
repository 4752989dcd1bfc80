/* product_bf16.h - matrix products whose factors are rounded to bfloat16 and whose sums are float32, by the
 * AVX-512 BF16 instructions: twice as fast as float32 where the processor has them. */
#ifndef MODEL_TRAIN_PRODUCT_BF16_H
#define MODEL_TRAIN_PRODUCT_BF16_H

#include "model/tensor/engine.h"

/* false: this processor (or this build) has no such instructions. */
bool product_bf16_possible(void);
/* c = op(a) · op(b) + beta · c on one thread; alpha is taken as 1. */
void product_bf16(const struct gemm *gemm);

#endif
