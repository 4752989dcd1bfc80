/* answer.h - an answer and all the memory it points into. */
#ifndef MODEL_INFILL_ANSWER_H
#define MODEL_INFILL_ANSWER_H

#include "model/base/error.h"

#include <stddef.h>

struct answer;

struct answer *answer_new(size_t span_count);
/* `count` zeroed elements that live as long as the answer. */
void *answer_room(struct answer *answer, size_t count, size_t size);
char *answer_text(struct answer *answer, const char *text, size_t size);
/* One more alternative, its fills zeroed; valid until the next one is added. */
struct lacuna_alternative *answer_add(struct answer *answer);
/* The public part; infill_answer_free frees it all. */
struct lacuna_answer *answer_public(struct answer *answer);

/* An alternative while it is put together from left to right: text that was there, and pieces with their
 * confidence. */
struct assembly;
struct assembly *assembly_new(void);
void assembly_text(struct assembly *assembly, const char *text, size_t size);
void assembly_piece(struct assembly *assembly, const char *text, size_t size, double probability);
size_t assembly_size(const struct assembly *assembly);
/* Moves text and confidence into the alternative and frees the assembly. */
void assembly_end(struct assembly *assembly, struct answer *answer, struct lacuna_alternative *alternative);

#endif
