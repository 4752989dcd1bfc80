/* lower.h - lower case, character by character, as Unicode's full mapping without conditions gives it. */
#ifndef MODEL_TOKENIZER_LOWER_H
#define MODEL_TOKENIZER_LOWER_H

#include "model/base/buffer.h"

#include <stdint.h>

void buffer_add_lower(struct buffer *buffer, uint32_t code);

#endif
