#include "editor/command/key.h"

#include "editor/base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

struct key_name {
    const char *name;
    uint32_t code;
};

/* The first name of a code is how it is spelled. */
static const struct key_name key_names[] = {
    { "Esc", KEY_ESCAPE },
    { "CR", KEY_ENTER },
    { "Enter", KEY_ENTER },
    { "Return", KEY_ENTER },
    { "Tab", KEY_TAB },
    { "BS", KEY_BACKSPACE },
    { "Del", KEY_DELETE },
    { "Insert", KEY_INSERT },
    { "Left", KEY_LEFT },
    { "Right", KEY_RIGHT },
    { "Up", KEY_UP },
    { "Down", KEY_DOWN },
    { "Home", KEY_HOME },
    { "End", KEY_END },
    { "PageUp", KEY_PAGE_UP },
    { "PgUp", KEY_PAGE_UP },
    { "PageDown", KEY_PAGE_DOWN },
    { "PgDn", KEY_PAGE_DOWN },
    { "Space", ' ' },
    { "lt", '<' },
    { "F1", KEY_F1 },
    { "F2", KEY_F1 + 1 },
    { "F3", KEY_F1 + 2 },
    { "F4", KEY_F1 + 3 },
    { "F5", KEY_F1 + 4 },
    { "F6", KEY_F1 + 5 },
    { "F7", KEY_F1 + 6 },
    { "F8", KEY_F1 + 7 },
    { "F9", KEY_F1 + 8 },
    { "F10", KEY_F1 + 9 },
    { "F11", KEY_F1 + 10 },
    { "F12", KEY_F12 },
    { "LeftMouse", KEY_MOUSE_PRESS },
    { "LeftDrag", KEY_MOUSE_DRAG },
    { "LeftRelease", KEY_MOUSE_RELEASE },
    { "ScrollWheelUp", KEY_WHEEL_UP },
    { "ScrollWheelDown", KEY_WHEEL_DOWN },
};
enum { KEY_NAME_COUNT = sizeof key_names / sizeof key_names[0] };

/* Keys without a character are kept in registers from this private code point on, modifiers in the bits
 * above. */
enum { PRIVATE_FIRST = 0x100000, PRIVATE_CODE_BITS = 8, PRIVATE_META = PRIVATE_FIRST + 0x1000 };

struct key key_normal(struct key key)
{
    if (key.code < KEY_ESCAPE && key.code < 32 && !(key.modifiers & KEY_CONTROL)) {
        key.modifiers |= KEY_CONTROL;
        key.code = key.code >= 1 && key.code <= 26 ? key.code + 'a' - 1 : key.code + '@';
    } else if (key.code == 127) {
        key.code = KEY_BACKSPACE;
    }
    if (key.code < KEY_ESCAPE)
        key.modifiers &= ~(uint32_t)KEY_SHIFT;
    if (!(key.modifiers & KEY_CONTROL))
        return key;
    if (key.code >= 'A' && key.code <= 'Z')
        key.code += 'a' - 'A';
    uint32_t folded = key.code == 'i'   ? KEY_TAB
                      : key.code == 'm' ? KEY_ENTER
                      : key.code == '[' ? KEY_ESCAPE
                                        : 0;
    if (folded) {
        key.code = folded;
        key.modifiers &= ~(uint32_t)KEY_CONTROL;
    }
    return key;
}

bool key_equal(struct key left, struct key right)
{
    return left.code == right.code && left.modifiers == right.modifiers;
}

static bool name_equal(const char *name, const char *text, size_t size)
{
    if (strlen(name) != size)
        return false;
    for (size_t i = 0; i < size; i++)
        if ((name[i] | 32) != (text[i] | 32))
            return false;
    return true;
}

static size_t parse_point(const char *text, size_t size, uint32_t *code)
{
    utf8proc_int32_t point;
    utf8proc_ssize_t read = utf8proc_iterate((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)size, &point);
    if (read <= 0)
        return 0;
    *code = (uint32_t)point;
    return (size_t)read;
}

/* The inside of <…>; false where it names no key. */
static bool parse_name(const char *text, size_t size, struct key *key)
{
    key->modifiers = 0;
    while (size > 2 && text[1] == '-') {
        char letter = (char)(text[0] & ~32);
        uint32_t modifier = letter == 'C'                    ? KEY_CONTROL
                            : letter == 'M' || letter == 'A' ? KEY_META
                            : letter == 'S'                  ? KEY_SHIFT
                                                             : 0;
        if (!modifier)
            return false;
        key->modifiers |= modifier;
        text += 2;
        size -= 2;
    }
    for (size_t i = 0; i < KEY_NAME_COUNT; i++)
        if (name_equal(key_names[i].name, text, size)) {
            key->code = key_names[i].code;
            return true;
        }
    if (!key->modifiers || size == 0 || parse_point(text, size, &key->code) != size)
        return false;
    if (key->modifiers & KEY_SHIFT && key->code >= 'a' && key->code <= 'z' && !(key->modifiers & KEY_CONTROL))
        key->code -= 'a' - 'A';
    return true;
}

size_t key_parse(const char *text, size_t size, struct key *key)
{
    if (size == 0)
        return 0;
    if (text[0] == '<') {
        const char *end = memchr(text, '>', size < 24 ? size : 24);
        if (end && end[-1] == '-' && end + 1 < text + size && end[1] == '>')
            end++;
        if (end && parse_name(text + 1, (size_t)(end - text) - 1, key)) {
            *key = key_normal(*key);
            return (size_t)(end - text) + 1;
        }
    }
    size_t read = parse_point(text, size, &key->code);
    key->modifiers = 0;
    *key = text[0] == '\n' && read == 1 ? (struct key){ KEY_ENTER, 0 } : key_normal(*key);
    return read;
}

static void append_point(struct bytes *out, uint32_t code)
{
    utf8proc_uint8_t buffer[4];
    utf8proc_ssize_t size = utf8proc_encode_char((utf8proc_int32_t)code, buffer);
    bytes_append(out, buffer, (size_t)size);
}

void key_spell(struct key key, struct bytes *out)
{
    const char *name = 0;
    for (size_t i = 0; i < KEY_NAME_COUNT && !name; i++)
        if (key_names[i].code == key.code)
            name = key_names[i].name;
    if (!name && !key.modifiers) {
        append_point(out, key.code);
        return;
    }
    bytes_append_text(out, "<");
    if (key.modifiers & KEY_CONTROL)
        bytes_append_text(out, "C-");
    if (key.modifiers & KEY_META)
        bytes_append_text(out, "M-");
    if (key.modifiers & KEY_SHIFT)
        bytes_append_text(out, "S-");
    if (name)
        bytes_append_text(out, name);
    else
        append_point(out, key.code);
    bytes_append_text(out, ">");
}

void key_list_add(struct key_list *list, struct key key)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity ? list->capacity * 2 : 16;
        list->keys = memory_resize(list->keys, list->capacity * sizeof *list->keys);
    }
    list->keys[list->count++] = key;
}

void key_list_free(struct key_list *list)
{
    free(list->keys);
    *list = (struct key_list){ 0 };
}

bool key_list_parse(struct key_list *list, const char *text, size_t size, struct error *error)
{
    for (size_t at = 0; at < size;) {
        struct key key;
        size_t read = key_parse(text + at, size - at, &key);
        if (!read)
            return fail(error, "byte %zu is not UTF-8", at);
        key_list_add(list, key);
        at += read;
    }
    return true;
}

void key_encode(struct key key, struct bytes *out)
{
    uint32_t control = key.modifiers == KEY_CONTROL && key.code >= '@' && key.code <= 'z' ? key.code & 31 : 0;
    if (key.code == KEY_ESCAPE && !key.modifiers)
        bytes_append_byte(out, 27);
    else if (key.code == KEY_ENTER && !key.modifiers)
        bytes_append_byte(out, '\r');
    else if (key.code == KEY_TAB && !key.modifiers)
        bytes_append_byte(out, '\t');
    else if (control)
        bytes_append_byte(out, (char)control);
    else if (key.code >= KEY_ESCAPE)
        append_point(out, PRIVATE_FIRST + (key.modifiers << PRIVATE_CODE_BITS) + (key.code - KEY_ESCAPE));
    else {
        if (key.modifiers)
            append_point(out, PRIVATE_META + key.modifiers);
        append_point(out, key.code);
    }
}

size_t key_decode(const char *text, size_t size, struct key *key)
{
    uint32_t code = 0, modifiers = 0;
    size_t read = parse_point(text, size, &code);
    if (!read) {
        *key = (struct key){ 0xFFFD, 0 };
        return 1;
    }
    if (code > PRIVATE_META && code <= PRIVATE_META + 7 && read < size) {
        modifiers = code - PRIVATE_META;
        size_t more = parse_point(text + read, size - read, &code);
        if (more) {
            *key = (struct key){ code, modifiers };
            return read + more;
        }
    }
    uint32_t special = code - PRIVATE_FIRST, special_code = special & ((1u << PRIVATE_CODE_BITS) - 1);
    if (code >= PRIVATE_FIRST && special < (8u << PRIVATE_CODE_BITS) && special_code <= KEY_LAST - KEY_ESCAPE)
        *key = (struct key){ KEY_ESCAPE + special_code, special >> PRIVATE_CODE_BITS };
    else
        *key = key_normal((struct key){ code, 0 });
    return read;
}

uint32_t key_character(struct key key)
{
    if (key.modifiers)
        return (uint32_t)-1;
    if (key.code == KEY_ENTER)
        return '\n';
    if (key.code == KEY_TAB)
        return '\t';
    return key.code < KEY_ESCAPE ? key.code : (uint32_t)-1;
}
