/* chat.h - how a chat-tuned checkpoint wants to be asked: its format around an instruction, as data.
 *
 * This is the place that says which checkpoints are chat-tuned. One is if
 *   - config.json says so: "chat_format" names one of the formats below, or is "none"; else
 *   - a chat template comes with it (tokenizer_config.json "chat_template", a file chat_template.jinja, GGUF
 *     tokenizer.chat_template), neither its name nor its config.json's "_name_or_path" holds "base" (base
 * models often inherit the template of those they were made from), and its tokenizer knows the marks of a
 * format. The template itself is not run: only its being there counts. */
#ifndef MODEL_INFILL_CHAT_H
#define MODEL_INFILL_CHAT_H

#include "model/tokenizer/tokenizer.h"

#include <stdbool.h>

struct chat {
    const char *name;
    const char *open, *close; /* in front of the instruction and behind it; special tokens are spelled out */
    const char *marks[3];     /* special tokens that the tokenizer must have, ended by NULL */
    const char *only;         /* what the checkpoint's name must hold; NULL: anything */
};

struct chat_facts {
    const char *name;     /* the checkpoint's folder or file, without the path */
    const json_t *config; /* config.json */
    bool has_template;
    const struct tokenizer *tokenizer;
};

/* The format of a chat-tuned checkpoint; NULL: it is none. */
const struct chat *chat_find(const struct chat_facts *facts);
/* Whether a chat template lies in the folder `path` or in the configuration of a GGUF file. */
bool chat_has_template(const char *path, const json_t *config);
/* Appends the ids of the whole prompt: format and instruction, in which special tokens count as plain text.
 */
bool chat_encode(const struct chat *chat, const struct tokenizer *tokenizer, const char *instruction,
                 struct ids *out, struct lacuna_error *error);

#endif
