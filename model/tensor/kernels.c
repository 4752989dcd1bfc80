#include "model/tensor/kernels.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#if defined(__x86_64__)
static bool has_avx2(void)
{
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

/* Leaf 7, subleaf 1, EAX bit 4; older compilers have no name for it. */
static bool has_avx_vnni(void)
{
    unsigned a = 0, b, c, d;
    return has_avx2() && __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a & 1u << 4);
}

static bool has_avx512(void)
{
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512vnni");
}
#endif

const struct kernels *const *kernels_usable(const struct kernels *room[KERNELS_ROOM])
{
    int count = 0;
    room[count++] = &kernels_scalar;
    room[count++] = &kernels_base;
#if defined(__x86_64__)
    if (has_avx2())
        room[count++] = &kernels_avx2;
    if (has_avx_vnni())
        room[count++] = &kernels_avx2_vnni;
    if (has_avx512())
        room[count++] = &kernels_avx512;
#endif
    room[count] = NULL;
    return room;
}

/* The last of the usable ones; asks for no more than it must, since inside a virtual machine each question to
 * CPUID takes microseconds. */
const struct kernels *kernels_choose(void)
{
#if defined(__x86_64__)
    if (has_avx512())
        return &kernels_avx512;
#endif
    const struct kernels *room[KERNELS_ROOM], *best = NULL;
    for (const struct kernels *const *usable = kernels_usable(room); *usable; usable++)
        best = *usable;
    return best;
}
