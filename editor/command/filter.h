/* filter.h - one run of a program: bytes in, bytes out. */
#ifndef EDITOR_COMMAND_FILTER_H
#define EDITOR_COMMAND_FILTER_H

#include "editor/base/bytes.h"
#include "editor/base/error.h"

/* Runs `command` by the shell, writes it the input and appends what it writes, its errors too. False: it
 * could not be run, wrote too much or took too long; a program that exits with an error is no failure. */
bool filter_run(const char *shell, const char *command, const char *input, size_t size, struct bytes *out,
                struct error *error);

#endif
