/* gguf_keys_write.h - the numbers, strings and keys of a GGUF file as bytes. */
#ifndef MODEL_FORMAT_GGUF_KEYS_WRITE_H
#define MODEL_FORMAT_GGUF_KEYS_WRITE_H

#include "model/base/buffer.h"
#include "model/format/gguf_names.h"

void gguf_put_u32(struct buffer *out, uint32_t number);
void gguf_put_u64(struct buffer *out, uint64_t number);
void gguf_put_text(struct buffer *out, const char *text, size_t size);

/* All keys of a checkpoint; how many. `architecture` NULL: the configuration goes in as JSON. `tokenizer` may
 * be NULL. */
size_t gguf_put_keys(struct buffer *out, const struct checkpoint *checkpoint,
                     const struct gguf_architecture *architecture, const json_t *tokenizer, enum dtype type);

#endif
