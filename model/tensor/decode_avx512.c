#if defined(__x86_64__)
#define DECODER decode_avx512
#define LEVELLER levels_avx512
#include "model/tensor/decode_vector.h"

#include "model/tensor/levels_vector.h"
#else
typedef int decode_avx512_unused;
#endif
