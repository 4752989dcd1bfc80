#include "editor/command/keymap.h"

#include "editor/base/memory.h"

#include <stdlib.h>
#include <string.h>

static void binding_free(struct binding *binding)
{
    free(binding->keys);
    free(binding->argument);
}

void keymap_free(struct keymap *keymap)
{
    if (!keymap)
        return;
    for (size_t i = 0; i < keymap->mode_count; i++) {
        struct keymap_mode *mode = &keymap->modes[i];
        for (size_t j = 0; j < mode->count; j++)
            binding_free(&mode->bindings[j]);
        binding_free(&mode->standard);
        free(mode->bindings);
        free(mode->name);
        free(mode->parent);
    }
    free(keymap->modes);
    free(keymap->name);
    free(keymap->initial);
    free(keymap);
}

const struct keymap_mode *keymap_mode(const struct keymap *keymap, const char *name)
{
    for (size_t i = 0; name && i < keymap->mode_count; i++)
        if (!strcmp(keymap->modes[i].name, name))
            return &keymap->modes[i];
    return 0;
}

static int compare_keys(const struct key *left, size_t left_count, const struct key *right,
                        size_t right_count)
{
    for (size_t i = 0; i < left_count && i < right_count; i++) {
        if (left[i].code != right[i].code)
            return left[i].code < right[i].code ? -1 : 1;
        if (left[i].modifiers != right[i].modifiers)
            return left[i].modifiers < right[i].modifiers ? -1 : 1;
    }
    return left_count < right_count ? -1 : left_count > right_count;
}

/* Index of the first binding that is not before the keys. */
static size_t lower_bound(const struct keymap_mode *mode, const struct key *keys, size_t count)
{
    size_t low = 0, high = mode->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct binding *binding = &mode->bindings[middle];
        if (compare_keys(binding->keys, binding->key_count, keys, count) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void keymap_clear(struct keymap_mode *mode)
{
    for (size_t i = 0; i < mode->count; i++)
        binding_free(&mode->bindings[i]);
    mode->count = 0;
}

void keymap_bind(struct keymap_mode *mode, struct binding binding)
{
    size_t at = lower_bound(mode, binding.keys, binding.key_count);
    if (at < mode->count && !compare_keys(mode->bindings[at].keys, mode->bindings[at].key_count, binding.keys,
                                          binding.key_count)) {
        binding_free(&mode->bindings[at]);
        mode->bindings[at] = binding;
        return;
    }
    if (mode->count == mode->capacity) {
        mode->capacity = mode->capacity ? mode->capacity * 2 : 32;
        mode->bindings = memory_resize(mode->bindings, mode->capacity * sizeof *mode->bindings);
    }
    memmove(&mode->bindings[at + 1], &mode->bindings[at], (mode->count - at) * sizeof *mode->bindings);
    mode->bindings[at] = binding;
    mode->count++;
}

static enum key_match match_mode(const struct keymap_mode *mode, const struct key *keys, size_t count,
                                 const struct binding **binding)
{
    size_t at = lower_bound(mode, keys, count);
    if (at == mode->count)
        return MATCH_NONE;
    const struct binding *found = &mode->bindings[at];
    if (found->key_count == count && !compare_keys(found->keys, count, keys, count)) {
        *binding = found;
        return MATCH_WHOLE;
    }
    if (found->key_count > count && !compare_keys(found->keys, count, keys, count))
        return MATCH_PREFIX;
    return MATCH_NONE;
}

enum key_match keymap_match(const struct keymap *keymap, const char *name, const struct key *keys,
                            size_t count, const struct binding **binding)
{
    bool prefix = false;
    *binding = 0;
    const struct keymap_mode *mode = keymap_mode(keymap, name);
    for (int depth = 0; mode && depth < 8; depth++) {
        enum key_match match = match_mode(mode, keys, count, binding);
        if (match == MATCH_WHOLE)
            return !(*binding)->command ? MATCH_NONE : prefix ? MATCH_PREFIX : MATCH_WHOLE;
        prefix = prefix || match == MATCH_PREFIX;
        mode = keymap_mode(keymap, mode->parent);
    }
    return prefix ? MATCH_PREFIX : MATCH_NONE;
}

bool keymap_keys_of(const struct keymap *keymap, const char *name, const char *command, struct bytes *out)
{
    const struct keymap_mode *mode = keymap_mode(keymap, name);
    for (int depth = 0; mode && depth < 8; depth++) {
        for (size_t i = 0; i < mode->count; i++) {
            const struct binding *binding = &mode->bindings[i];
            if (!binding->command || strcmp(binding->command->name, command) || binding->argument[0])
                continue;
            for (size_t j = 0; j < binding->key_count; j++)
                key_spell(binding->keys[j], out);
            return true;
        }
        mode = keymap_mode(keymap, mode->parent);
    }
    return false;
}
