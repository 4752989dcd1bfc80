/* chain.h - the stages of one kind, in order, read from tokenizer.json; a Sequence is its members. */
#ifndef MODEL_TOKENIZER_CHAIN_H
#define MODEL_TOKENIZER_CHAIN_H

#include "model/tokenizer/part.h"

struct link {
    const struct stage *row;
    void *state;
};

/* Zero is an empty chain. */
struct chain {
    struct link *at;
    size_t count, room;
};

/* `members` is where a Sequence lists them ("normalizers"), `kind` what errors call them. A `spec` that is
 * null or missing adds nothing; a type without a row is refused by name. */
bool chain_open(struct chain *chain, const json_t *spec, const struct stage *const *table, const char *kind,
                const char *members, struct lacuna_error *error);
void chain_close(struct chain *chain);
/* Replaces the pieces by what the chain makes of them by `run` or `run_all` stages one by one. */
bool chain_run(const struct chain *chain, struct pieces *pieces, struct lacuna_error *error);

#endif
