/* trace.h - what a fill went through, and a page that plays it: one HTML file with nothing to load from
 * elsewhere. */
#ifndef MODEL_COMMAND_TRACE_H
#define MODEL_COMMAND_TRACE_H

#include "model/base/error.h"

#include <jansson.h>
#include <stdio.h>

/* The steps of one job so far. Only the observing thread may use it until the job has ended. */
struct trace {
    json_t *steps; /* [{"holes":[[["text", probability or null], …], …]}, …] */
};

struct trace trace_new(void);
void trace_release(struct trace *trace);
/* To be given to lacuna_start; `user` is the trace. */
void trace_observe(void *user, const struct lacuna_step *step);
/* Writes the page. `facts` [[name, value], …] is shown above the text; borrowed. */
bool trace_write(FILE *out, const struct trace *trace, const struct lacuna_request *request,
                 const struct lacuna_answer *answer, const json_t *facts);

#endif
