#include "model/command/tokens.h"

#include "model/base/find_model.h"

#include <stdlib.h>
#include <string.h>

struct tokenizer *tokens_open(const struct call *call)
{
    struct lacuna_error error;
    char *path = find_model(call->model, NULL, &error);
    struct tokenizer *tokenizer = path ? tokenizer_open(path, &error) : NULL;
    if (!tokenizer)
        call_failed(call, "%s", error.message);
    free(path);
    return tokenizer;
}

bool tokens_parse(const char *text, struct ids *out, struct lacuna_error *error)
{
    static const char between[] = " \t\r\n,[]";
    for (text += strspn(text, between); *text; text += strspn(text, between)) {
        char word[16];
        size_t size = strcspn(text, between);
        int64_t id;
        memcpy(word, text, size < sizeof word ? size : sizeof word - 1);
        word[size < sizeof word ? size : sizeof word - 1] = 0;
        if (size >= sizeof word || !parse_whole(word, 0, INT32_MAX, &id))
            return fail(error, LACUNA_BAD_REQUEST, "'%s' is no token id", word);
        ids_push(out, (int32_t)id);
        text += size;
    }
    return true;
}
