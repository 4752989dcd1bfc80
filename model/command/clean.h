/* clean.h - text that may hold anything, made fit for JSON and for one line of a terminal. */
#ifndef MODEL_COMMAND_CLEAN_H
#define MODEL_COMMAND_CLEAN_H

#include <jansson.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* A JSON string; each byte that is no UTF-8 becomes U+FFFD. Text that is UTF-8 is kept byte for byte. */
json_t *clean_string(const char *text, size_t size);

/* A line for messages: bytes that are no UTF-8 and control characters become '?'; the caller's. */
char *clean_line(const char *text);

#endif
