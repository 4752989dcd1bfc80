#include "model/infill/chat.h"

#include "model/base/file.h"
#include "model/base/json.h"

#include <stdlib.h>
#include <string.h>

#define CHATML_OPEN "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n"
#define CHATML_CLOSE "<|im_end|>\n<|im_start|>assistant\n"

/* The first that fits is taken. */
static const struct chat formats[] = {
    { .name = "llada",
      .open = "<|startoftext|><|start_header_id|>user<|end_header_id|>\n\n",
      .close = "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
      .marks = { "<|start_header_id|>", "<|eot_id|>" } },
    { .name = "diffucoder",
      .open = CHATML_OPEN,
      .close = "\n" CHATML_CLOSE,
      .marks = { "<|im_start|>", "<|im_end|>" },
      .only = "diffucoder" },
    { .name = "chatml",
      .open = CHATML_OPEN,
      .close = CHATML_CLOSE,
      .marks = { "<|im_start|>", "<|im_end|>" } },
};
enum { FORMATS = sizeof formats / sizeof *formats };

/* The checkpoint is called so, or was when it was published. */
static bool is_called(const struct chat_facts *facts, const char *part)
{
    return strcasestr(facts->name, part) || strcasestr(json_text(facts->config, "_name_or_path", ""), part);
}

static bool knows_marks(const struct chat *chat, const struct tokenizer *tokenizer)
{
    for (const char *const *mark = chat->marks; *mark; mark++)
        if (tokenizer_id(tokenizer, *mark) < 0)
            return false;
    return true;
}

const struct chat *chat_find(const struct chat_facts *facts)
{
    const char *said = json_text(facts->config, "chat_format", NULL);
    if (!said && (!facts->has_template || is_called(facts, "base")))
        return NULL;
    for (int i = 0; i < FORMATS; i++) {
        const struct chat *chat = &formats[i];
        bool meant = said ? strcmp(said, chat->name) == 0 : !chat->only || is_called(facts, chat->only);
        if (meant && knows_marks(chat, facts->tokenizer))
            return chat;
    }
    return NULL;
}

static bool holds_template(const json_t *object)
{
    const json_t *template = json_object_get(object, "chat_template");
    return json_string_length(template) > 0 || json_array_size(template) > 0;
}

bool chat_has_template(const char *path, const json_t *config)
{
    if (holds_template(config) || !file_is_folder(path))
        return holds_template(config);
    char *file = path_join(path, "chat_template.jinja"), *settings = path_join(path, "tokenizer_config.json");
    bool has = file_exists(file);
    json_t *values = !has && file_exists(settings) ? json_from_file(settings, NULL) : NULL;
    has = has || holds_template(values);
    json_decref(values);
    free(settings);
    free(file);
    return has;
}

bool chat_encode(const struct chat *chat, const struct tokenizer *tokenizer, const char *instruction,
                 struct ids *out, struct lacuna_error *error)
{
    return tokenizer_encode(tokenizer, chat->open, strlen(chat->open), true, out, error) &&
           tokenizer_encode(tokenizer, instruction, strlen(instruction), false, out, error) &&
           tokenizer_encode(tokenizer, chat->close, strlen(chat->close), true, out, error);
}
