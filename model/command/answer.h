/* answer.h - an answer or an error as one line of JSON. */
#ifndef MODEL_COMMAND_ANSWER_H
#define MODEL_COMMAND_ANSWER_H

#include "model/base/error.h"

#include <stdio.h>

/* One line {"id":…, "alternatives":[…], …}; `id` is JSON text or NULL, `task` decides whether edits are
 * shown. The caller flushes. */
void answer_write(FILE *out, const char *id, const struct lacuna_answer *answer, enum lacuna_task task);
/* One line {"id":…, "error":{"code":…, "message":…}}. */
void answer_write_error(FILE *out, const char *id, const struct lacuna_error *error);

#endif
