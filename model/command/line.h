/* line.h - one line of JSON from a stranger: parsed strictly, its "id" kept to the letter. */
#ifndef MODEL_COMMAND_LINE_H
#define MODEL_COMMAND_LINE_H

#include "model/base/error.h"

#include <jansson.h>

/* Parses one JSON value and nothing after it; `line` has `size` bytes and a 0 byte after them. False:
 * bad_json where it is no JSON (*out is NULL), bad_request where it is but a key is given twice (*out holds
 * it all the same). Whole numbers beyond 64 bits are read as real ones. */
bool line_parse(const char *line, size_t size, json_t **out, struct lacuna_error *error);

/* The value of the key "id" of the object `json` that was parsed from `line`, as it was written there, so
 * that a number of any size survives; the caller's. NULL: there is none, or `json` is no object. */
char *line_id(const char *line, size_t size, const json_t *json);

#endif
