#include "model/base/file.h"
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/format/gguf.h"
#include "model/tokenizer/files.h"
#include "model/tokenizer/tokenizer.h"

#include <dirent.h>
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

/* A model whose configuration says that its ids are ASCII codes, or a published one of Diffusion-LM's kind
 * that keeps its words elsewhere. */
static json_t *spec_from_config(const char *folder, struct lacuna_error *error)
{
    json_t *config = holds(folder, "config.json") ? json_of(folder, "config.json", error) : NULL,
           *spec = NULL;
    if (!strncmp(json_text(config, "tokenizer", ""), "ascii", 5))
        spec = spec_from_ascii(config, error);
    else if (holds(folder, "training_args.json") && json_object_get(config, "vocab_size"))
        spec = spec_from_numbers(json_whole(config, "vocab_size", 0), error);
    else
        fail(error, LACUNA_MODEL,
             "%s: holds no tokenizer (tokenizer.json, vocab.json with merges.txt, or vocab.txt)", folder);
    json_decref(config);
    return spec;
}

static bool is_gguf(const struct mapping *file)
{
    return file->size >= 4 && !memcmp(file->at, "GGUF", 4);
}

static json_t *spec_from_gguf(const char *path, const struct mapping *file, struct lacuna_error *error)
{
    struct gguf gguf;
    if (!gguf_open(&gguf, path, file, error))
        return NULL;
    json_t *spec = gguf_tokenizer(&gguf, error);
    gguf_close(&gguf);
    return spec;
}

/* A tokenizer.json or a GGUF file, whatever its name. */
static json_t *spec_from_file(const char *path, struct lacuna_error *error)
{
    struct mapping file;
    if (!mapping_open(&file, path, error))
        return NULL;
    json_t *spec = is_gguf(&file) ? spec_from_gguf(path, &file, error)
                                  : json_from_bytes(file.at, file.size, path, error);
    mapping_close(&file);
    return spec;
}

/* The only GGUF file of a folder, the caller's; NULL: none or several. */
static char *only_gguf(const char *folder)
{
    DIR *entries = opendir(folder);
    char *found = NULL;
    int count = 0;
    for (struct dirent *entry; entries && (entry = readdir(entries));)
        if (text_ends_with(entry->d_name, ".gguf") && !count++)
            found = path_join(folder, entry->d_name);
    if (entries)
        closedir(entries);
    if (count == 1)
        return found;
    free(found);
    return NULL;
}

static json_t *spec_of(const char *folder, struct lacuna_error *error)
{
    if (holds(folder, "tokenizer.json"))
        return json_of(folder, "tokenizer.json", error);
    if (holds(folder, "vocab.json"))
        return holds(folder, "merges.txt") ? spec_from_merges(folder, error)
                                           : spec_from_vocabulary(folder, error);
    if (holds(folder, "vocab.txt"))
        return spec_from_words(folder, error);
    char *gguf = only_gguf(folder);
    if (gguf) {
        json_t *spec = spec_from_file(gguf, error);
        free(gguf);
        return spec;
    }
    return spec_from_config(folder, error);
}

bool tokenizer_is_there(const char *path)
{
    if (!file_is_folder(path) && !text_ends_with(path, ".safetensors") && !text_ends_with(path, ".pt"))
        return true;
    char *folder = file_is_folder(path) ? memory_text(path, strlen(path)) : path_folder(path);
    char *gguf = only_gguf(folder);
    json_t *config = holds(folder, "config.json") ? json_of(folder, "config.json", NULL) : NULL;
    bool there = gguf || holds(folder, "tokenizer.json") || holds(folder, "vocab.json") ||
                 holds(folder, "vocab.txt") || holds(folder, "training_args.json") ||
                 *json_text(config, "tokenizer", "");
    json_decref(config);
    free(gguf);
    free(folder);
    return there;
}

struct tokenizer *tokenizer_of_numbers(int32_t count, struct lacuna_error *error)
{
    json_t *spec = spec_from_numbers(count, error);
    struct tokenizer *tokenizer = spec ? tokenizer_from_json(spec, "numbers", error) : NULL;
    json_decref(spec);
    return tokenizer;
}

/* A file that is part of a set stands for its folder; any other is read as a tokenizer.json. */
static bool stands_for_folder(const char *name)
{
    return !strcmp(name, "vocab.json") || !strcmp(name, "merges.txt") || !strcmp(name, "vocab.txt") ||
           !strcmp(name, "config.json") || text_ends_with(name, ".safetensors") ||
           text_ends_with(name, ".pt");
}

static json_t *spec_read(const char *path, struct lacuna_error *error)
{
    bool whole = file_is_folder(path), part = !whole && stands_for_folder(path_last(path));
    char *folder = part ? path_folder(path) : memory_text(path, strlen(path));
    json_t *spec = whole || part ? spec_of(folder, error) : spec_from_file(path, error);
    free(folder);
    return spec;
}

json_t *tokenizer_spec(const char *path, struct lacuna_error *error)
{
    json_t *spec = spec_read(path, error), *model = json_object_get(spec, "model");
    const json_t *words = json_object_get(model, "vocab"), *word;
    if (!json_is_array(words))
        return spec;
    json_t *vocab = json_object();
    size_t k;
    json_array_foreach(words, k, word)
    {
        if (json_is_string(word))
            json_object_setn_new(vocab, json_string_value(word), json_string_length(word),
                                 json_integer((json_int_t)k));
    }
    json_object_set_new(model, "vocab", vocab);
    return spec;
}

struct tokenizer *tokenizer_open(const char *path, struct lacuna_error *error)
{
    json_t *spec = spec_read(path, error);
    struct tokenizer *tokenizer = spec ? tokenizer_from_json(spec, path, error) : NULL;
    json_decref(spec);
    return tokenizer;
}
