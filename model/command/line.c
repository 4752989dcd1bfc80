#include "model/command/line.h"

#include "model/base/memory.h"

#include <string.h>

enum { FLAGS = JSON_ALLOW_NUL | JSON_DECODE_ANY };

bool line_parse(const char *line, size_t size, json_t **out, struct lacuna_error *error)
{
    json_error_t wrong;
    *out = NULL;
    /* jansson overlooks a 0 byte that follows a number. */
    const char *zero = memchr(line, 0, size);
    if (zero)
        return fail(error, LACUNA_BAD_JSON, "byte %zu: a 0 byte", (size_t)(zero - line));
    *out = json_loadb(line, size, FLAGS | JSON_REJECT_DUPLICATES, &wrong);
    if (!*out && json_error_code(&wrong) == json_error_numeric_overflow)
        *out = json_loadb(line, size, FLAGS | JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &wrong);
    if (*out)
        return true;
    if (json_error_code(&wrong) == json_error_duplicate_key)
        *out = json_loadb(line, size, FLAGS | JSON_DECODE_INT_AS_REAL, &wrong);
    if (*out)
        return fail(error, LACUNA_BAD_REQUEST, "a key is given twice");
    if (strspn(line, " \t\r\n") >= size)
        return fail(error, LACUNA_BAD_JSON, "the line is empty");
    return fail(error, LACUNA_BAD_JSON, "byte %d: %s", wrong.position, wrong.text);
}

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && strchr(" \t\r\n", *at))
        at++;
    return at;
}

static const char *skip_string(const char *at, const char *end)
{
    for (at++; at < end && *at != '"'; at++)
        at += *at == '\\';
    return at < end ? at + 1 : end;
}

/* Past the value that begins at `at` in text that is known to be JSON. */
static const char *skip_value(const char *at, const char *end)
{
    int depth = 0;
    while (at < end) {
        if (*at == '"') {
            at = skip_string(at, end);
        } else if (depth == 0 && strchr(",}] \t\r\n", *at)) {
            break;
        } else {
            depth += *at == '{' || *at == '[';
            depth -= *at == '}' || *at == ']';
            at++;
        }
        if (depth == 0 && strchr("}]\"", at[-1]))
            break;
    }
    return at;
}

char *line_id(const char *line, size_t size, const json_t *json)
{
    const json_t *value = json_object_get(json, "id");
    if (!value)
        return NULL;
    const char *end = line + size, *found = NULL, *found_end = NULL;
    const char *at = skip_blanks(line, end) + 1;
    while (at < end) {
        const char *key = skip_blanks(at, end);
        const char *key_end = skip_value(key, end);
        const char *start = skip_blanks(key_end, end) + 1;
        if (start >= end)
            break;
        start = skip_blanks(start, end);
        at = skip_value(start, end);
        if (key_end - key == 4 && memcmp(key, "\"id\"", 4) == 0) {
            found = start;
            found_end = at;
        }
        at = skip_blanks(at, end) + 1;
    }
    return found ? memory_text(found, (size_t)(found_end - found))
                 : json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
}
