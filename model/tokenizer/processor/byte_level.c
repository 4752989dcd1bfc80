/* ByteLevel as a post-processor only trims offsets: no ids. */
#include "model/tokenizer/part.h"

static bool byte_level_read(struct frame *frame, const json_t *options, const struct vocabulary *vocabulary,
                            struct lacuna_error *error)
{
    (void)frame;
    (void)options;
    (void)vocabulary;
    (void)error;
    return true;
}

const struct processor processor_byte_level = { .type = "ByteLevel", .read = byte_level_read };
