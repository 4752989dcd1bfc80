/* report.h - what a training run tells: log.jsonl and curve.svg in its folder, and a progress bar on a
 * terminal or plain lines in a pipe. */
#ifndef MODEL_TRAIN_REPORT_H
#define MODEL_TRAIN_REPORT_H

#include "model/base/error.h"

#include <jansson.h>
#include <stdint.h>

struct report;

/* Appends to the log with `again`, else begins a new one. */
struct report *report_open(const char *folder, bool again, struct lacuna_error *error);
void report_close(struct report *report);
/* Writes one line to the log and shows it; takes `line`. */
void report_say(struct report *report, json_t *line);

struct report_step {
    int64_t step, seen;
    double loss, rate; /* mean loss since the last report; learning rate */
    double minutes;    /* spent so far */
    double places_per_second;
    double done, seconds_left; /* of the leg */
};
/* Writes the step to the log, and shows it. */
void report_progress(struct report *report, const struct report_step *step);
/* Draws the bar alone, on a terminal. */
void report_show(struct report *report, const struct report_step *step);
/* Draws curve.svg from log.jsonl. */
bool report_curve(const char *folder, struct lacuna_error *error);

#endif
