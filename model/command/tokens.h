/* tokens.h - for verbs that work on token ids: a model's tokenizer without its weights, and ids written as
 * text. */
#ifndef MODEL_COMMAND_TOKENS_H
#define MODEL_COMMAND_TOKENS_H

#include "model/command/verb.h"
#include "model/tokenizer/tokenizer.h"

/* The tokenizer of the call's model; NULL after saying what is wrong. */
struct tokenizer *tokens_open(const struct call *call);
/* Appends the ids of "17 4, 9" or "[17,4,9]". False: error names the word that is no id. */
bool tokens_parse(const char *text, struct ids *out, struct lacuna_error *error);

#endif
