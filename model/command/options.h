/* options.h - from argv to a struct call, and from a verb's rows to its --help text. */
#ifndef MODEL_COMMAND_OPTIONS_H
#define MODEL_COMMAND_OPTIONS_H

#include "model/command/verb.h"

#include <stdio.h>

/* Room for the parsed command line; options_release gives it back. */
struct options {
    struct call call;
    struct call_value *values;
    const char **operands;
    bool help; /* --help was given: nothing else was checked */
};

/* Reads the arguments after the verb's name. VERB_DONE, or VERB_USAGE after saying what is wrong. */
enum verb_status options_parse(struct options *options, const struct verb *verb, int count, char **arguments);
void options_release(struct options *options);
void options_help(const struct verb *verb, FILE *out);

#endif
