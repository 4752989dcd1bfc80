/* train_lines.h - `lacuna-model train` on lines over whole words: options into a struct line_training. */
#ifndef MODEL_COMMAND_TRAIN_LINES_H
#define MODEL_COMMAND_TRAIN_LINES_H

#include "model/command/verb.h"
#include "model/train/trainer.h"

/* Whether the options ask for lines: a process that knows nothing else, --words or --controls. */
bool train_wants_lines(const struct call *call, const char *process);
/* Trains. `names`: what the options say for either kind of training. */
enum verb_status train_lines(const struct call *call, const char *process, const struct training *names);

#endif
