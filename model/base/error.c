#include "model/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool fail(struct lacuna_error *error, enum lacuna_code code, const char *format, ...)
{
    if (!error)
        return false;
    error->code = code;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    return false;
}

bool fail_in(struct lacuna_error *error, const char *format, ...)
{
    if (!error)
        return false;
    char whole[sizeof error->message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(whole, sizeof whole, format, arguments);
    va_end(arguments);
    size_t used = strlen(whole);
    snprintf(whole + used, sizeof whole - used, ": %s", error->message);
    memcpy(error->message, whole, sizeof whole);
    return false;
}
