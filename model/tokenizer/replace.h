/* replace.h - the Replace of normalizers and decoders: each match of a pattern becomes a text. */
#ifndef MODEL_TOKENIZER_REPLACE_H
#define MODEL_TOKENIZER_REPLACE_H

#include "model/base/buffer.h"
#include "model/base/error.h"

#include <jansson.h>

struct replace;

/* {"pattern": …, "content": "…"} */
bool replace_open(void **state, const json_t *options, struct lacuna_error *error);
void replace_close(void *state);
bool replace_run(const struct replace *replace, const char *text, size_t size, struct buffer *out,
                 struct lacuna_error *error);

#endif
