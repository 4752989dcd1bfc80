#include "model/base/file.h"
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/tokenizer/files.h"
#include "model/tokenizer/tokenizer.h"

#include <stdlib.h>
#include <string.h>

static bool holds(const char *folder, const char *name)
{
    char *path = path_join(folder, name);
    bool there = file_exists(path);
    free(path);
    return there;
}

static json_t *json_of(const char *folder, const char *name, struct lacuna_error *error)
{
    char *path = path_join(folder, name);
    json_t *value = json_from_file(path, error);
    free(path);
    return value;
}

/* A model whose configuration says that its ids are ASCII codes. */
static json_t *spec_from_config(const char *folder, struct lacuna_error *error)
{
    json_t *config = holds(folder, "config.json") ? json_of(folder, "config.json", error) : NULL,
           *spec = NULL;
    if (!strncmp(json_text(config, "tokenizer", ""), "ascii", 5))
        spec = spec_from_ascii(config, error);
    else
        fail(error, LACUNA_MODEL,
             "%s: holds no tokenizer (tokenizer.json, vocab.json with merges.txt, or vocab.txt)", folder);
    json_decref(config);
    return spec;
}

static json_t *spec_of(const char *folder, struct lacuna_error *error)
{
    if (holds(folder, "tokenizer.json"))
        return json_of(folder, "tokenizer.json", error);
    if (holds(folder, "vocab.json"))
        return holds(folder, "merges.txt") ? spec_from_merges(folder, error)
                                           : spec_from_characters(folder, error);
    if (holds(folder, "vocab.txt"))
        return spec_from_words(folder, error);
    return spec_from_config(folder, error);
}

/* A file that is part of a set stands for its folder; any other is read as a tokenizer.json. */
static bool stands_for_folder(const char *name)
{
    return !strcmp(name, "vocab.json") || !strcmp(name, "merges.txt") || !strcmp(name, "vocab.txt") ||
           !strcmp(name, "config.json") || text_ends_with(name, ".safetensors");
}

struct tokenizer *tokenizer_open(const char *path, struct lacuna_error *error)
{
    bool whole = file_is_folder(path), part = !whole && stands_for_folder(path_last(path));
    char *folder = part ? path_folder(path) : memory_text(path, strlen(path));
    json_t *spec = whole || part ? spec_of(folder, error) : json_from_file(path, error);
    struct tokenizer *tokenizer = spec ? tokenizer_from_json(spec, path, error) : NULL;
    json_decref(spec);
    free(folder);
    return tokenizer;
}
