/* allocation.h - what a parser may take for an input of `size` bytes: no allocation over 1 MiB or twice the
 * input, whichever is larger, and not over 2 MiB or sixteen times the input at one time. Counted where
 * AddressSanitizer is there to count. */
#ifndef TESTS_FUZZ_ALLOCATION_H
#define TESTS_FUZZ_ALLOCATION_H

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__)
#define ALLOCATION_COUNTS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ALLOCATION_COUNTS 1
#endif
#endif

#ifdef ALLOCATION_COUNTS
/* sanitizer/allocator_interface.h, which not every compiler package has */
int __sanitizer_install_malloc_and_free_hooks(void (*made)(const volatile void *at, size_t size),
                                              void (*freed)(const volatile void *at));
size_t __sanitizer_get_allocated_size(const volatile void *at);

static size_t allocation_limit, allocation_total, allocation_live;
static double allocation_worst, allocation_worst_live; /* in relation to the limits */

static void allocation_report(void)
{
    printf("the largest allocation was %.2f of its limit, all at one time %.2f of theirs\n", allocation_worst,
           allocation_worst_live);
}

static void allocation_made(const volatile void *at, size_t size)
{
    if (!allocation_limit)
        return;
    allocation_live += __sanitizer_get_allocated_size(at);
    double share = (double)size / (double)allocation_limit,
           live = (double)allocation_live / (double)allocation_total;
    allocation_worst = share > allocation_worst ? share : allocation_worst;
    allocation_worst_live = live > allocation_worst_live ? live : allocation_worst_live;
    if (size > allocation_limit || allocation_live > allocation_total) {
        fprintf(stderr, "an allocation of %zu bytes, %zu in all\n", size, allocation_live);
        abort();
    }
}

static void allocation_freed(const volatile void *at)
{
    size_t size = at && allocation_limit ? __sanitizer_get_allocated_size(at) : 0;
    allocation_live -= size < allocation_live ? size : allocation_live;
}

static inline void allocation_begin(size_t size)
{
    static int installed;
    if (!installed) {
        installed = __sanitizer_install_malloc_and_free_hooks(allocation_made, allocation_freed);
        atexit(allocation_report);
    }
    allocation_live = 0;
    allocation_total = 16 * size < 2 << 20 ? 2 << 20 : 16 * size;
    allocation_limit = 2 * size < 1 << 20 ? 1 << 20 : 2 * size;
}

static inline void allocation_end(void)
{
    allocation_limit = 0;
}
#else
static inline void allocation_begin(size_t size)
{
    (void)size;
}

static inline void allocation_end(void)
{
}
#endif

#endif
