/* Bytes of a terminal as keys, in pieces whose sizes the first byte chooses. */
#include "tests/fuzz/fuzz.h"

#include "editor/app/input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = { 0 };
    size_t piece = size ? 1u + data[0] % 7 : 1;
    for (size_t at = 0; at < size; at += piece) {
        input_feed(&input, (const char *)data + at, size - at < piece ? size - at : piece);
        while (input_next(&input).kind != INPUT_NOTHING)
            ;
    }
    input_hurry(&input);
    while (input_next(&input).kind != INPUT_NOTHING)
        ;
    input_free(&input);
    return 0;
}
