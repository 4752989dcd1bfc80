/* fuzz.h - what a fuzz target defines. It must neither crash nor hang, whatever the bytes; there is nothing
 * else to return. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
