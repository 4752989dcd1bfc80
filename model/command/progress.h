/* progress.h - a bar on standard error, drawn only where that is a terminal; nothing in a pipe or a file.
 *
 *     infill  ━━━━━━━━━━━───────  5/8
 *
 * Redrawn at most every 50 ms in plain characters, without colour. */
#ifndef MODEL_COMMAND_PROGRESS_H
#define MODEL_COMMAND_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    bool shown;        /* standard error is a terminal that can go back to the start of a line */
    bool unicode;      /* the user's locale is UTF-8 */
    const char *label; /* borrowed */
    double drawn;      /* when, in seconds */
    int width;         /* cells in use */
};

struct progress progress_start(const char *label);
/* `total` 0: not known, no bar. `note` (may be NULL) follows the numbers: "loss 2.31". */
void progress_show(struct progress *progress, uint64_t done, uint64_t total, const char *note);
/* Clears the line, so that other output can follow. */
void progress_end(struct progress *progress);

#endif
