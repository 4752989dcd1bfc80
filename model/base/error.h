/* error.h - errors are values: a code and one line that tells the user what is wrong, where, and what to do.
 * A function that can fail returns false or NULL and takes `struct lacuna_error *` last; the text is composed
 * once, where the fact is known, by `return fail(error, CODE, "…", …)`. The codes are those of the public
 * header. */
#ifndef MODEL_BASE_ERROR_H
#define MODEL_BASE_ERROR_H

#include "model/lacuna.h"

#include <stdbool.h>

/* Fills *error (NULL is fine) and returns false. */
bool fail(struct lacuna_error *error, enum lacuna_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Puts "prefix: " before the message that is there and returns false. */
bool fail_in(struct lacuna_error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
