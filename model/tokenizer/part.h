/* part.h - the parts of a tokenizer. Each is one file in its folder and one row there, found by its `type` in
 * tokenizer.json.
 *
 *     normalizer/    text → text                    pretokenizer/  text → pieces
 *     model/         piece → ids                    processor/     ids before and after a text
 *     decoder/       spellings of tokens → text
 *
 * A part's state is read-only once opened. `open` may be NULL where a part has no options; `close` where it
 * has no state. Text that reaches a part is well-formed UTF-8, except the pieces of a model and what decoders
 * make. */
#ifndef MODEL_TOKENIZER_PART_H
#define MODEL_TOKENIZER_PART_H

#include "model/tokenizer/pieces.h"
#include "model/tokenizer/tokenizer.h"
#include "model/tokenizer/vocabulary.h"

#include <jansson.h>

/* A normalizer or a pre-tokenizer (`run`), or a decoder (`run_all`). */
struct stage {
    const char *type;
    bool byte_level; /* its pieces are spelled in the byte alphabet; the model does that itself, so it must be
                        the last */
    bool (*open)(void **state, const json_t *options, struct lacuna_error *error);
    void (*close)(void *state);
    /* Adds what becomes of one piece to `out`. */
    bool (*run)(const void *state, const char *text, size_t size, bool begins, struct pieces *out,
                struct lacuna_error *error);
    /* Adds what becomes of all tokens to `out`. */
    bool (*run_all)(const void *state, const struct pieces *in, struct pieces *out,
                    struct lacuna_error *error);
};

struct token_model {
    const char *type;
    const char *title; /* "BPE" */
    /* `byte_level`: pieces are raw bytes, spelled in the byte alphabet. The vocabulary outlives the state. */
    bool (*open)(void **state, const json_t *options, const struct vocabulary *vocabulary, bool byte_level,
                 struct lacuna_error *error);
    void (*close)(void *state);
    void (*encode)(const void *state, const char *piece, size_t size, struct ids *out);
};

struct frame {
    struct ids before, after;
};

struct processor {
    const char *type;
    bool (*read)(struct frame *frame, const json_t *options, const struct vocabulary *vocabulary,
                 struct lacuna_error *error);
};

extern const struct stage *const normalizer_table[];
extern const struct stage *const pretokenizer_table[];
extern const struct token_model *const token_model_table[];
extern const struct processor *const processor_table[];
extern const struct stage *const decoder_table[];

#endif
