/* compose.h - Unicode normal forms of a piece. */
#ifndef MODEL_TOKENIZER_COMPOSE_H
#define MODEL_TOKENIZER_COMPOSE_H

#include "model/base/buffer.h"

#include <stdbool.h>

/* UAX 15. `compose`: NFC or NFKC, else NFD or NFKD; `compatible`: the K forms. `text` is well-formed UTF-8.
 */
void text_compose(const char *text, size_t size, bool compose, bool compatible, struct buffer *out);

#endif
