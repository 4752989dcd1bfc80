/* info.h - what is known of an open model, for people and as JSON. */
#ifndef MODEL_COMMAND_INFO_H
#define MODEL_COMMAND_INFO_H

#include "model/command/inner.h"

void info_print_text(const struct infill *infill, bool tensors);
/* One JSON object on one line, tensors included. */
void info_print_json(const struct infill *infill);

#endif
