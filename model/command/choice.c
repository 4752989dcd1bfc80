#include "model/command/choice.h"

#include "model/base/buffer.h"

#include <string.h>

bool call_choice(const struct call *call, const char *option, const char *const *names, int *chosen)
{
    const char *text = call_text(call, option);
    struct buffer list = { 0 };
    for (int i = 0; text && names[i]; i++) {
        if (strcmp(names[i], text) == 0) {
            *chosen = i;
            text = NULL;
        } else {
            buffer_print(&list, "%s%s", i ? ", " : "", names[i]);
        }
    }
    if (text)
        call_misused(call, "--%s %s: it is one of %s", option, text, list.at);
    buffer_free(&list);
    return text == NULL;
}
