/* key.h - one key as the terminal or a key file gives it, and its spelling: `a`, `é`, `<Esc>`, `<C-x>`,
 * `<M-S-Right>`.
 *
 * Letters under Control are lower case: <C-A> is <C-a>. <C-i>, <C-m> and <C-[> are <Tab>, <CR> and <Esc>,
 * since a plain terminal cannot tell them apart. */
#ifndef EDITOR_COMMAND_KEY_H
#define EDITOR_COMMAND_KEY_H

#include "editor/base/bytes.h"
#include "editor/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KEY_CONTROL = 1, KEY_META = 2, KEY_SHIFT = 4 };

/* Keys without a character; they lie above Unicode. */
enum {
    KEY_ESCAPE = 0x110000,
    KEY_ENTER,
    KEY_TAB,
    KEY_BACKSPACE,
    KEY_DELETE,
    KEY_INSERT,
    KEY_LEFT,
    KEY_RIGHT,
    KEY_UP,
    KEY_DOWN,
    KEY_HOME,
    KEY_END,
    KEY_PAGE_UP,
    KEY_PAGE_DOWN,
    KEY_F1,
    KEY_F12 = KEY_F1 + 11,
    KEY_MOUSE_PRESS, /* the left button; where it points: editor.pointed */
    KEY_MOUSE_DRAG,
    KEY_MOUSE_RELEASE,
    KEY_WHEEL_UP,
    KEY_WHEEL_DOWN,
    KEY_LAST = KEY_WHEEL_DOWN
};

struct key {
    uint32_t code;      /* a code point, or KEY_* */
    uint32_t modifiers; /* KEY_CONTROL | KEY_META | KEY_SHIFT; Shift only with KEY_* */
};

struct key_list {
    struct key *keys; /* owned */
    size_t count, capacity;
};

/* Folds the spellings that are one key. */
struct key key_normal(struct key key);
bool key_equal(struct key left, struct key right);
/* Reads one key of the notation; returns the bytes read, 0 where the text is not UTF-8. An unknown <…> is
 * literal. */
size_t key_parse(const char *text, size_t size, struct key *key);
/* A key as keymaps and help write it. */
void key_spell(struct key key, struct bytes *out);

void key_list_add(struct key_list *list, struct key key);
void key_list_free(struct key_list *list);
/* Appends a whole text in the notation. False where it is not UTF-8. */
bool key_list_parse(struct key_list *list, const char *text, size_t size, struct error *error);

/* Keys as a register keeps a macro: characters and control characters as themselves, others as private code
 * points. */
void key_encode(struct key key, struct bytes *out);
size_t key_decode(const char *text, size_t size, struct key *key);
/* The character that a key types into the text: (uint32_t)-1 where it types none. */
uint32_t key_character(struct key key);

#endif
