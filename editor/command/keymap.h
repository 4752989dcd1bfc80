/* keymap.h - what keys mean: for each mode, sequences of keys and the commands that they call, read from
 * YAML.
 *
 *     name: vi
 *     initial: normal
 *     modes:
 *       normal:
 *         counts: true           digits before a command count
 *         parent: motion         looked up where this mode has nothing
 *         default: insert-key    called for a single key without a binding
 *         keys:
 *           w: word-next
 *           "<C-w>q": quit
 *           gU: operator-upper
 *           ZZ: write-quit now   words after the name are its argument
 *
 * A mode with `clear: true` begins without the keys that it inherits; `parent: none` looks nowhere else.
 * A user's file names what it `extends`; a binding to nothing (`w: ~`) removes. */
#ifndef EDITOR_COMMAND_KEYMAP_H
#define EDITOR_COMMAND_KEYMAP_H

#include "editor/command/command.h"

struct binding {
    struct key *keys; /* owned */
    size_t key_count;
    const struct command *command; /* NULL: removed */
    char *argument;                /* owned, never NULL */
};

struct keymap_mode {
    char *name;   /* owned */
    char *parent; /* owned; NULL: none */
    bool counts;
    struct binding standard;  /* command NULL: none */
    struct binding *bindings; /* owned, sorted by keys */
    size_t count, capacity;
};

struct keymap {
    char *name, *initial;      /* owned */
    struct keymap_mode *modes; /* owned */
    size_t mode_count;
};

enum key_match { MATCH_NONE, MATCH_PREFIX, MATCH_WHOLE };

/* A built-in name (vi, emacs, cua) or the path of a file. NULL with what is wrong, where it is a place in the
 * file. */
struct keymap *keymap_load(const char *name, struct error *error);
void keymap_free(struct keymap *keymap);

/* Drops all bindings. */
void keymap_clear(struct keymap_mode *mode);
/* Takes the binding over; one for the same keys is replaced. */
void keymap_bind(struct keymap_mode *mode, struct binding binding);
const struct keymap_mode *keymap_mode(const struct keymap *keymap, const char *name);
/* Looks a sequence up in a mode and its parents. */
enum key_match keymap_match(const struct keymap *keymap, const char *mode, const struct key *keys,
                            size_t count, const struct binding **binding);
/* The first keys that call a command in a mode, spelled; false where there are none. */
bool keymap_keys_of(const struct keymap *keymap, const char *mode, const char *command, struct bytes *out);

#endif
