/* fill.h - running requests through the public door: one from the command line, or a stream of them. */
#ifndef MODEL_COMMAND_FILL_H
#define MODEL_COMMAND_FILL_H

#include "model/command/request.h"

/* The model of a call, or NULL after saying what is wrong. */
struct lacuna_model *fill_open(const struct call *call);

/* Fills the text of the first operand (or standard input) as the options say and prints the whole text, or
 * JSON with --json. Where no --span was given every line is one span, blanks at its ends left out; for infill
 * that is a wrong call. */
enum verb_status fill_text(const struct call *call, enum lacuna_task task);

/* One request a line of `path`, one answer a line of standard output, each flushed. */
enum verb_status fill_stream(const struct call *call, const char *path);

#endif
