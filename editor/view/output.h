/* output.h - bytes gathered for the terminal and sent in one write. */
#ifndef EDITOR_VIEW_OUTPUT_H
#define EDITOR_VIEW_OUTPUT_H

#include <stddef.h>

/* A zero output is an empty one. */
struct output {
    char *bytes;
    size_t size, room;
};

void output_free(struct output *output);
void output_bytes(struct output *output, const char *bytes, size_t size);
/* NULL adds nothing. */
void output_text(struct output *output, const char *text);
/* Sends all and empties; what a terminal that is gone does not take is dropped. */
void output_flush(struct output *output, int descriptor);

#endif
