/* arguments.h - the command line of lacuna. */
#ifndef EDITOR_APP_ARGUMENTS_H
#define EDITOR_APP_ARGUMENTS_H

#include "editor/base/error.h"

#include <stddef.h>

/* All borrowed from argv, but for the array of files. */
struct arguments {
    const char *keymap, *model, *config, *recover, *keys;
    const char *engine;  /* --engine: another liblacuna.so; for tests */
    const char *pattern; /* +/PATTERN */
    size_t line, column; /* +LINE[:COL], from 1; 0: not given */
    bool readonly, tutor, help, version, headless;
    const char **files; /* owned */
    size_t file_count;
};

/* False: error is one line for the user, and the exit code is 1. */
bool arguments_read(struct arguments *arguments, int count, char **values, struct error *error);
void arguments_free(struct arguments *arguments);
/* What --help prints. */
const char *arguments_help(void);

#endif
