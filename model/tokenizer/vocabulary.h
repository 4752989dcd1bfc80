/* vocabulary.h - spelling to id and id to spelling. */
#ifndef MODEL_TOKENIZER_VOCABULARY_H
#define MODEL_TOKENIZER_VOCABULARY_H

#include "model/base/buffer.h"
#include "model/base/error.h"

#include <stdint.h>

/* Zero is an empty one. Spellings lie one after the other in `text`, each ended by a 0 byte. */
struct vocabulary {
    struct buffer text;
    struct spelling {
        uint32_t start, size; /* start UINT32_MAX: the id is not used */
    } * spellings;            /* [size] */
    size_t size, room;
    uint32_t *slots; /* open addressing: id + 1, 0 is free */
    size_t slot_count, used;
    int32_t limit; /* ids are below it */
};

/* How many spellings are to come: ids may leave few of them out, so that a file cannot ask for more memory
 * than it has earned. */
void vocabulary_expect(struct vocabulary *vocabulary, size_t count);
/* The same spelling at the same id twice is fine; another spelling at a used id, or a wild id, is not. A
 * spelling that comes again with another id keeps its first id when it is looked up. */
bool vocabulary_add(struct vocabulary *vocabulary, const char *spelling, size_t size, int64_t id,
                    struct lacuna_error *error);
int32_t vocabulary_find(const struct vocabulary *vocabulary, const char *spelling,
                        size_t size); /* -1: none */
/* NULL where the id is not used. */
const char *vocabulary_spelling(const struct vocabulary *vocabulary, int32_t id, size_t *size);
void vocabulary_free(struct vocabulary *vocabulary);

#endif
