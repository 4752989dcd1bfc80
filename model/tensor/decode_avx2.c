#if defined(__x86_64__)
#define DECODER decode_avx2
#define LEVELLER levels_avx2
#include "model/tensor/decode_vector.h"

#include "model/tensor/levels_vector.h"
#else
typedef int decode_avx2_unused;
#endif
