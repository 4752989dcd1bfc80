/* input.h - what the user hands over: a whole text, or lines one by one. "-" and NULL are standard input. */
#ifndef MODEL_COMMAND_INPUT_H
#define MODEL_COMMAND_INPUT_H

#include "model/base/error.h"

#include <stdio.h>

enum { INPUT_SIZE_MAX = 64 << 20 };

/* All bytes of a file, ended by a 0 byte that is not counted; the caller's. NULL: error names the file and
 * the reason. */
char *input_read(const char *path, size_t *size, struct lacuna_error *error);

struct lines {
    FILE *stream;
    const char *name; /* for messages */
    char *line; /* the present one, without its line feed, ended by a 0 byte; valid until the next call */
    size_t size, room;
    bool ended;    /* a line feed followed it */
    bool too_long; /* longer than INPUT_SIZE_MAX: the line was skipped, `line` holds its beginning */
};

bool lines_open(struct lines *lines, const char *path, struct lacuna_error *error);
/* False at the end of the file, or on a read error, which then fills *error (its code stays LACUNA_OK
 * otherwise). */
bool lines_next(struct lines *lines, struct lacuna_error *error);
void lines_close(struct lines *lines);

#endif
