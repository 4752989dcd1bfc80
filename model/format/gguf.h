/* gguf.h - the directory of a GGUF file (versions 2 and 3): its keys and its tensors, checked, nothing
 * copied. https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 *
 *     "GGUF" version tensors keys | key type value … | name rank sizes type offset … | padding | data */
#ifndef MODEL_FORMAT_GGUF_H
#define MODEL_FORMAT_GGUF_H

#include "model/base/file.h"
#include "model/format/checkpoint.h"

/* Bytes of the mapping, not ended by a 0 byte. */
struct gguf_text {
    const char *at;
    size_t size;
};

enum gguf_type {
    GGUF_U8,
    GGUF_I8,
    GGUF_U16,
    GGUF_I16,
    GGUF_U32,
    GGUF_I32,
    GGUF_F32,
    GGUF_BOOL,
    GGUF_STRING,
    GGUF_ARRAY,
    GGUF_U64,
    GGUF_I64,
    GGUF_F64,
};

struct gguf_key {
    struct gguf_text name;
    enum gguf_type type; /* of the value, or of the members of an array */
    bool array;
    uint64_t count;      /* members; 1 for a single value */
    const uint8_t *data; /* the first value; strings carry their lengths */
};

struct gguf {
    const char *path;
    struct gguf_key *keys;
    size_t key_count;
    struct tensor *tensors; /* names are the caller's by gguf_close, leading dimension first */
    size_t tensor_count;
};

/* `file` and `path` stay the caller's and must outlive *gguf. false: error names file, place and reason. */
bool gguf_open(struct gguf *gguf, const char *path, const struct mapping *file, struct lacuna_error *error);
void gguf_close(struct gguf *gguf);

const struct gguf_key *gguf_find(const struct gguf *gguf, const char *name); /* NULL: none */
/* The value of a key as that kind, else `otherwise`. */
int64_t gguf_whole(const struct gguf *gguf, const char *name, int64_t otherwise);
double gguf_real(const struct gguf *gguf, const char *name, double otherwise);
bool gguf_flag(const struct gguf *gguf, const char *name, bool otherwise);
bool gguf_string(const struct gguf *gguf, const char *name, struct gguf_text *text);
bool gguf_text_is(struct gguf_text text, const char *other);
/* Walks a list of strings: *at begins at key->data and moves on. */
struct gguf_text gguf_next_string(const uint8_t **at);
/* Member `index` of a list of whole numbers. */
int64_t gguf_member(const struct gguf_key *key, uint64_t index);

/* The number that stands for a type in the file. */
uint32_t gguf_type_code(enum dtype type);

/* The configuration in the words of config.json, for the architectures that we know; an object with
 * model_type alone for others. */
json_t *gguf_config(const struct gguf *gguf);
/* The name that the family's safetensors use for a tensor; NULL where it is the same. The caller's. */
char *gguf_tensor_name(const struct gguf *gguf, const char *name);
/* The embedded vocabulary as a tokenizer.json; NULL: there is none or it is of a kind that is not supported.
 */
json_t *gguf_tokenizer(const struct gguf *gguf, struct lacuna_error *error);

#endif
