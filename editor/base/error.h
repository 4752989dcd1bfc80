/* error.h - errors are values: one line that tells the user what is wrong, where, and what to do.
 * A function that can fail returns false or NULL and takes `struct error *` last (NULL is fine); the text is
 * composed once, where the fact is known, by `return fail(error, "…", …)`. */
#ifndef EDITOR_BASE_ERROR_H
#define EDITOR_BASE_ERROR_H

#include <stdbool.h>

struct error {
    char text[512];
};

/* Fills *error and returns false. */
bool fail(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
