/* gguf_names.h - what GGUF files call the keys and tensors of a family, in both directions. */
#ifndef MODEL_FORMAT_GGUF_NAMES_H
#define MODEL_FORMAT_GGUF_NAMES_H

#include "model/format/gguf.h"

struct gguf_key_name {
    const char *theirs; /* after "architecture." */
    const char *ours;
    bool real;
};

struct gguf_tensor_names {
    const char *theirs; /* after "blk.N." where `block` */
    const char *ours;   /* %s is N */
    bool block;
};

struct gguf_architecture {
    const char *name, *model_type;
    const struct gguf_key_name *keys;
    const struct gguf_tensor_names *tensors;
    const char *tied;        /* the key of config.json that says that the head is the embedding */
    bool rotary_interleaved; /* rows of q and k are in the order of rotary pairs next to each other */
};

/* NULL: none. */
const struct gguf_architecture *gguf_architecture_of(const struct gguf *gguf);
const struct gguf_architecture *gguf_architecture_of_type(const char *model_type);
/* "blk.3.attn_q.weight" for the family's own name of it, the caller's; NULL: it has none. */
char *gguf_name_of(const struct gguf_architecture *architecture, const char *ours);

/* Keys of our own: the configuration of a family that has no names here, and a whole tokenizer.json. */
#define GGUF_CONFIG_KEY "lacuna.config.json"
#define GGUF_TOKENIZER_KEY "tokenizer.huggingface.json"

/* The name (tokenizer.ggml.pre) of the way in which a tokenizer.json cuts text; NULL: it has none. */
const char *gguf_cut_name(const json_t *tokenizer);

#endif
