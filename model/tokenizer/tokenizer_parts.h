/* tokenizer_parts.h - the inside of a tokenizer, for the files that open it and run it. */
#ifndef MODEL_TOKENIZER_TOKENIZER_PARTS_H
#define MODEL_TOKENIZER_TOKENIZER_PARTS_H

#include "model/tokenizer/added.h"
#include "model/tokenizer/chain.h"

struct tokenizer {
    struct vocabulary vocabulary;
    struct added raw, normalized; /* added tokens, found in the text as it is, and after the normalizer */
    struct chain normalizer, pretokenizer, decoder;
    const struct token_model *model;
    void *model_state;
    bool byte_level;
    struct frame frame;
    uint8_t *special;    /* [vocabulary.size] */
    struct buffer bytes; /* what the ids stand for in running text, one after another */
    uint32_t *ends;      /* [vocabulary.size] where each ends */
    char description[80];
};

/* Fills tokenizer->bytes and ends. */
bool pieces_prepare(struct tokenizer *tokenizer, struct lacuna_error *error);

#endif
