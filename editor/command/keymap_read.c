/* keymap_read.c - keymaps from YAML. A built-in one is share/lacuna/keymaps/NAME.yaml beside the program, or
 * keymaps/NAME.yaml in the source tree that it was built from. */
#include "editor/base/memory.h"
#include "editor/base/yaml.h"
#include "editor/command/keymap.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *copy(const char *text)
{
    return memory_copy(text, strlen(text));
}

/* The file of a built-in keymap into path; false where there is none. */
static bool find_built_in(const char *name, char *path, size_t size)
{
    static const char *const places[] = { "../share/lacuna/keymaps", "../keymaps", "../../keymaps",
                                          "../../../keymaps" };
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length <= 0)
        return false;
    program[length] = 0;
    char *slash = strrchr(program, '/');
    if (!slash)
        return false;
    *slash = 0;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        int written = snprintf(path, size, "%s/%s/%s.yaml", program, places[i], name);
        if (written > 0 && (size_t)written < size && access(path, R_OK) == 0)
            return true;
    }
    return false;
}

static struct keymap_mode *get_mode(struct keymap *keymap, const char *name)
{
    for (size_t i = 0; i < keymap->mode_count; i++)
        if (!strcmp(keymap->modes[i].name, name))
            return &keymap->modes[i];
    keymap->modes = memory_resize(keymap->modes, (keymap->mode_count + 1) * sizeof *keymap->modes);
    struct keymap_mode *mode = &keymap->modes[keymap->mode_count++];
    *mode = (struct keymap_mode){ .name = copy(name) };
    return mode;
}

/* "command its argument" into a binding; nothing or ~ binds to nothing. */
static bool read_command(const struct yaml *yaml, const struct yaml_node *node, struct binding *binding,
                         struct error *error)
{
    const char *text = yaml_text(node);
    if (!text)
        return yaml_fail(yaml, node, error, "a binding is the name of a command");
    size_t size = strcspn(text, " ");
    const char *argument = text + size + strspn(text + size, " ");
    bool removed = size == 0 || !strcmp(text, "~") || !strcmp(text, "null");
    binding->command = removed ? 0 : command_find(text, size);
    if (!removed && !binding->command)
        return yaml_fail(yaml, node, error, "no command is called \"%.*s\"", (int)size, text);
    free(binding->argument);
    binding->argument = copy(argument);
    return true;
}

static bool read_binding(const struct yaml *yaml, const struct yaml_node *keys,
                         const struct yaml_node *command, struct keymap_mode *mode, struct error *error)
{
    const char *text = yaml_text(keys);
    if (!text || !*text)
        return yaml_fail(yaml, keys, error, "keys are written as text, such as \"<C-w>q\"");
    struct binding binding = { 0 };
    struct key_list list = { 0 };
    struct error inner;
    if (!key_list_parse(&list, text, strlen(text), &inner)) {
        key_list_free(&list);
        return yaml_fail(yaml, keys, error, "%s", inner.text);
    }
    binding.keys = list.keys;
    binding.key_count = list.count;
    if (!read_command(yaml, command, &binding, error)) {
        free(binding.keys);
        free(binding.argument);
        return false;
    }
    keymap_bind(mode, binding);
    return true;
}

static bool read_keys(const struct yaml *yaml, const struct yaml_node *node, struct keymap_mode *mode,
                      struct error *error)
{
    if (!yaml_is_mapping(node))
        return yaml_fail(yaml, node, error, "keys must be a mapping of keys to commands");
    for (size_t i = 0; i < yaml_count(yaml, node); i++)
        if (!read_binding(yaml, yaml_key(yaml, node, i), yaml_value(yaml, node, i), mode, error))
            return false;
    return true;
}

static bool read_mode(const struct yaml *yaml, const struct yaml_node *node, struct keymap_mode *mode,
                      struct error *error)
{
    if (!yaml_is_mapping(node))
        return yaml_fail(yaml, node, error, "a mode must be a mapping with keys, counts, parent, default");
    for (size_t i = 0; i < yaml_count(yaml, node); i++) {
        const struct yaml_node *key = yaml_key(yaml, node, i), *value = yaml_value(yaml, node, i);
        const char *name = yaml_text(key), *text = yaml_text(value);
        if (name && !strcmp(name, "keys")) {
            if (!read_keys(yaml, value, mode, error))
                return false;
        } else if (name && text && !strcmp(name, "clear")) {
            if (!strcmp(text, "true"))
                keymap_clear(mode);
        } else if (name && text && !strcmp(name, "counts")) {
            mode->counts = !strcmp(text, "true");
        } else if (name && text && !strcmp(name, "parent")) {
            free(mode->parent);
            mode->parent = copy(text);
        } else if (name && text && !strcmp(name, "default")) {
            if (!read_command(yaml, value, &mode->standard, error))
                return false;
        } else {
            return yaml_fail(yaml, key, error, "a mode has clear, keys, counts, parent and default");
        }
    }
    return true;
}

static bool read_modes(const struct yaml *yaml, const struct yaml_node *node, struct keymap *keymap,
                       struct error *error)
{
    if (!yaml_is_mapping(node))
        return yaml_fail(yaml, node, error, "modes must be a mapping of names to modes");
    for (size_t i = 0; i < yaml_count(yaml, node); i++) {
        const char *name = yaml_text(yaml_key(yaml, node, i));
        if (!name)
            return yaml_fail(yaml, yaml_key(yaml, node, i), error, "a mode needs a name");
        if (!read_mode(yaml, yaml_value(yaml, node, i), get_mode(keymap, name), error))
            return false;
    }
    return true;
}

static bool read_file(struct keymap *keymap, const char *path, int depth, struct error *error);

static bool read_extended(const struct yaml *yaml, const struct yaml_node *node, struct keymap *keymap,
                          int depth, struct error *error)
{
    const char *name = yaml_text(node);
    char path[PATH_MAX];
    if (!name || depth > 4)
        return yaml_fail(yaml, node, error, "extends names a keymap, four deep at most");
    if (!find_built_in(name, path, sizeof path))
        return yaml_fail(yaml, node, error, "no keymap is called \"%s\"; there are vi, emacs and cua", name);
    return read_file(keymap, path, depth + 1, error);
}

static bool read_root(const struct yaml *yaml, struct keymap *keymap, int depth, struct error *error)
{
    const struct yaml_node *root = yaml_root(yaml);
    if (!root || !yaml_is_mapping(root))
        return yaml_fail(yaml, root, error, "a keymap must be a mapping with name, initial and modes");
    const struct yaml_node *extends = yaml_find(yaml, root, "extends");
    if (extends && !read_extended(yaml, extends, keymap, depth, error))
        return false;
    for (size_t i = 0; i < yaml_count(yaml, root); i++) {
        const struct yaml_node *key = yaml_key(yaml, root, i), *value = yaml_value(yaml, root, i);
        const char *name = yaml_text(key), *text = yaml_text(value);
        if (name && !strcmp(name, "modes")) {
            if (!read_modes(yaml, value, keymap, error))
                return false;
        } else if (name && text && (!strcmp(name, "name") || !strcmp(name, "initial"))) {
            char **place = *name == 'n' ? &keymap->name : &keymap->initial;
            free(*place);
            *place = copy(text);
        } else if (!name || strcmp(name, "extends")) {
            return yaml_fail(yaml, key, error, "a keymap has name, initial, extends and modes");
        }
    }
    return true;
}

static bool read_file(struct keymap *keymap, const char *path, int depth, struct error *error)
{
    struct yaml *yaml = yaml_read(path, error);
    if (!yaml)
        return false;
    bool good = read_root(yaml, keymap, depth, error);
    yaml_free(yaml);
    return good;
}

struct keymap *keymap_load(const char *name, struct error *error)
{
    char path[PATH_MAX];
    bool is_path = strchr(name, '/') || strstr(name, ".yaml");
    if (!is_path && !find_built_in(name, path, sizeof path)) {
        fail(error, "keymap %s: no file %s.yaml in share/lacuna/keymaps beside the program", name, name);
        return 0;
    }
    struct keymap *keymap = memory_new_zero(sizeof *keymap);
    if (!read_file(keymap, is_path ? name : path, 0, error)) {
        keymap_free(keymap);
        return 0;
    }
    if (!keymap->initial || !keymap_mode(keymap, keymap->initial)) {
        fail(error, "%s: \"initial\" must name one of the keymap's modes", is_path ? name : path);
        keymap_free(keymap);
        return 0;
    }
    return keymap;
}
