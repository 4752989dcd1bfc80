/* colour.h - colours by name and number, and the nearest one that a terminal has. */
#ifndef EDITOR_VIEW_COLOUR_H
#define EDITOR_VIEW_COLOUR_H

#include <stdbool.h>
#include <stdint.h>

/* "red", "bright-blue", "default", "0"…"255", "#rrggbb". False: none of these. */
bool colour_parse(const char *text, uint32_t *colour);
/* The nearest colour of a terminal with `colours` of them (8, 16, 256 or 1 << 24). */
uint32_t colour_reduce(uint32_t colour, int colours);

#endif
