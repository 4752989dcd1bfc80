#include "model/tokenizer/compose.h"

#include <stdlib.h>
#include <utf8proc.h>

static bool is_ascii(const char *text, size_t size)
{
    for (size_t k = 0; k < size; k++)
        if ((unsigned char)text[k] >= 128)
            return false;
    return true;
}

void text_compose(const char *text, size_t size, bool compose, bool compatible, struct buffer *out)
{
    utf8proc_option_t options = UTF8PROC_STABLE;
    options |= compose ? UTF8PROC_COMPOSE : UTF8PROC_DECOMPOSE;
    options |= compatible ? UTF8PROC_COMPAT : 0;
    utf8proc_uint8_t *made = NULL;
    utf8proc_ssize_t length = is_ascii(text, size) ? -1
                                                   : utf8proc_map((const utf8proc_uint8_t *)text,
                                                                  (utf8proc_ssize_t)size, &made, options);
    if (length < 0)
        buffer_add(out, text, size);
    else
        buffer_add(out, made, (size_t)length);
    free(made);
}
