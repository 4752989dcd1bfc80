#include "editor/app/config.h"

#include "editor/base/memory.h"
#include "editor/base/yaml.h"

#include <stdlib.h>
#include <string.h>

struct reading {
    const struct yaml *yaml;
    struct config *config;
    struct editor *editor;
    struct bytes *later;
    struct error *error;
};

static bool read_text(const struct reading *reading, const struct yaml_node *value, char **out)
{
    const char *text = yaml_text(value);
    if (!text)
        return yaml_fail(reading->yaml, value, reading->error, "a name or path is needed here");
    free(*out);
    *out = memory_copy(text, strlen(text));
    return true;
}

static bool is_word(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(text, *words) == 0)
            return true;
    return false;
}

/* One option as `:set` would take it: true and false are the switches of YAML. */
static bool read_option(const struct reading *reading, const struct yaml_node *key,
                        const struct yaml_node *value)
{
    static const char *const yes[] = { "true", "yes", "on", NULL }, *const no[] = { "false", "no", "off",
                                                                                    NULL };
    const char *name = yaml_text(key), *text = yaml_text(value);
    struct bytes argument = { 0 }, shown = { 0 };
    struct error reason = { 0 };
    if (!name || !text)
        return yaml_fail(reading->yaml, key, reading->error, "an option and its value are needed here");
    if (is_word(text, yes))
        bytes_append_text(&argument, name);
    else if (is_word(text, no))
        bytes_format(&argument, "no%s", name);
    else
        bytes_format(&argument, "%s=%s", name, text);
    bool good = option_set(&reading->editor->options, argument.data, argument.size, &shown, &reason);
    bytes_free(&argument);
    bytes_free(&shown);
    return good || yaml_fail(reading->yaml, key, reading->error, "%s", reason.text);
}

static bool read_options(const struct reading *reading, const struct yaml_node *node)
{
    if (!yaml_is_mapping(node))
        return yaml_fail(reading->yaml, node, reading->error,
                         "options are needed here, as in { number: true }");
    for (size_t i = 0; i < yaml_count(reading->yaml, node); i++)
        if (!read_option(reading, yaml_key(reading->yaml, node, i), yaml_value(reading->yaml, node, i)))
            return false;
    return true;
}

/* The settings of fills are commands of the same names. */
static bool read_fill(const struct reading *reading, const struct yaml_node *node)
{
    static const char *const names[] = { "attribute", "guidance", "steps",   "length",
                                         "keep",      "seed",     "sampler", NULL };
    if (!yaml_is_mapping(node))
        return yaml_fail(reading->yaml, node, reading->error, "settings are needed here, as in { steps: 8 }");
    for (size_t i = 0; i < yaml_count(reading->yaml, node); i++) {
        const struct yaml_node *key = yaml_key(reading->yaml, node, i),
                               *value = yaml_value(reading->yaml, node, i);
        const char *name = yaml_text(key), *text = yaml_text(value);
        if (!name || !is_word(name, names))
            return yaml_fail(reading->yaml, key, reading->error,
                             "unknown setting %s; attribute, guidance, steps, length, keep, seed or sampler",
                             name ? name : "");
        bytes_append_text(reading->later, name);
        if (text)
            bytes_format(reading->later, " %s", text);
        for (size_t j = 0; yaml_is_sequence(value) && j < yaml_count(reading->yaml, value); j++) {
            const char *word = yaml_text(yaml_value(reading->yaml, value, j));
            bytes_format(reading->later, " %s", word ? word : "");
        }
        bytes_append_text(reading->later, "\n");
    }
    return true;
}

static bool read_pair(const struct reading *reading, const struct yaml_node *key,
                      const struct yaml_node *value)
{
    const char *name = yaml_text(key);
    if (name && strcmp(name, "keymap") == 0)
        return read_text(reading, value, &reading->config->keymap);
    if (name && strcmp(name, "theme") == 0)
        return read_text(reading, value, &reading->config->theme);
    if (name && strcmp(name, "model") == 0)
        return read_text(reading, value, &reading->config->model);
    if (name && strcmp(name, "options") == 0)
        return read_options(reading, value);
    if (name && strcmp(name, "fill") == 0)
        return read_fill(reading, value);
    return yaml_fail(reading->yaml, key, reading->error,
                     "unknown key %s; keymap, theme, model, options or fill", name ? name : "");
}

bool config_read(struct config *config, const char *path, struct editor *editor, struct bytes *later,
                 struct error *error)
{
    struct yaml *yaml = yaml_read(path, error);
    if (!yaml)
        return false;
    struct reading reading = { yaml, config, editor, later, error };
    const struct yaml_node *root = yaml_root(yaml);
    bool good = !root || yaml_is_mapping(root) ||
                yaml_fail(yaml, root, error, "keys are needed here, as in keymap: vi");
    for (size_t i = 0; good && i < yaml_count(yaml, root); i++)
        good = read_pair(&reading, yaml_key(yaml, root, i), yaml_value(yaml, root, i));
    yaml_free(yaml);
    return good;
}

void config_free(struct config *config)
{
    free(config->keymap);
    free(config->theme);
    free(config->model);
    *config = (struct config){ 0 };
}
