#include "editor/app/sequence.h"

#include <string.h>

enum { PARAMETERS = 4, LONGEST = 64 };

struct control { /* CSI parameters final */
    char prefix; /* ? > < = or 0 */
    char final;
    unsigned parameters[PARAMETERS];
    int count;
};

static void set_key(struct sequence *out, uint32_t code, uint32_t modifiers)
{
    out->kind = SEQUENCE_KEY;
    out->key = (struct key){ code, modifiers };
}

/* xterm's and kitty's modifier parameter: 1 + Shift 1 + Alt 2 + Control 4 + Super 8 + Hyper 16 + Meta 32. */
static uint32_t read_modifiers(unsigned parameter)
{
    unsigned bits = parameter ? parameter - 1 : 0;
    return (bits & 1 ? KEY_SHIFT : 0u) | (bits & 34 ? KEY_META : 0u) | (bits & 4 ? KEY_CONTROL : 0u);
}

static uint32_t letter_key(char final)
{
    static const char letters[] = "ABCDHFPQRS";
    static const uint32_t codes[] = { KEY_UP,  KEY_DOWN, KEY_RIGHT,  KEY_LEFT,   KEY_HOME,
                                      KEY_END, KEY_F1,   KEY_F1 + 1, KEY_F1 + 2, KEY_F1 + 3 };
    const char *found = strchr(letters, final);
    return found && final ? codes[found - letters] : 0;
}

/* CSI number ~ */
static uint32_t number_key(unsigned number)
{
    static const uint32_t editing[] = { 0,           KEY_HOME,      KEY_INSERT, KEY_DELETE, KEY_END,
                                        KEY_PAGE_UP, KEY_PAGE_DOWN, KEY_HOME,   KEY_END };
    static const unsigned functions[] = { 11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 23, 24 };
    if (number < sizeof editing / sizeof *editing)
        return editing[number];
    for (unsigned i = 0; i < 12; i++)
        if (functions[i] == number)
            return KEY_F1 + i;
    return 0;
}

/* A key by its code point, with modifiers: a letter under Shift comes as the capital. */
static void set_code(struct sequence *out, unsigned code, uint32_t modifiers)
{
    uint32_t special = code == 27                 ? KEY_ESCAPE
                       : code == 13               ? KEY_ENTER
                       : code == 9                ? KEY_TAB
                       : code == 127 || code == 8 ? KEY_BACKSPACE
                                                  : 0;
    if (special) {
        set_key(out, special, modifiers);
        return;
    }
    if (code < 32 || code > 0x10ffff || (code >= 0xd800 && code < 0xf900))
        return;
    if (modifiers & KEY_SHIFT && code >= 'a' && code <= 'z')
        code -= 'a' - 'A';
    set_key(out, code, modifiers & ~(uint32_t)KEY_SHIFT);
}

/* CSI < button ; column ; row M (m where the button was let go): Shift 4, Alt 8, Control 16, motion 32, wheel
 * 64. */
static void set_mouse(const struct control *control, struct sequence *out)
{
    unsigned button = control->parameters[0], column = control->parameters[1], row = control->parameters[2];
    unsigned what = button & ~28u;
    uint32_t code = what == 64                           ? KEY_WHEEL_UP
                    : what == 65                         ? KEY_WHEEL_DOWN
                    : what == 32                         ? KEY_MOUSE_DRAG
                    : what == 0 && control->final == 'M' ? KEY_MOUSE_PRESS
                    : what == 0                          ? KEY_MOUSE_RELEASE
                                                         : 0;
    if (control->count != 3 || !code || row == 0 || column == 0)
        return;
    set_key(out, code,
            (button & 4 ? KEY_SHIFT : 0u) | (button & 8 ? KEY_META : 0u) | (button & 16 ? KEY_CONTROL : 0u));
    out->kind = SEQUENCE_MOUSE;
    out->row = (int)row - 1;
    out->column = (int)column - 1;
}

static void understand(const struct control *control, struct sequence *out)
{
    const unsigned *parameter = control->parameters;
    uint32_t modifiers = control->count > 1 ? read_modifiers(parameter[1]) : 0;
    uint32_t letter = letter_key(control->final);
    if (control->prefix == '<' && (control->final == 'M' || control->final == 'm'))
        set_mouse(control, out);
    if (control->prefix)
        return;
    if (control->final == '~' && parameter[0] == 200)
        out->kind = SEQUENCE_PASTE;
    else if (control->final == '~' && parameter[0] == 27 && control->count == 3)
        set_code(out, parameter[2], modifiers);
    else if (control->final == '~' && number_key(parameter[0]))
        set_key(out, number_key(parameter[0]), modifiers);
    else if (control->final == 'u')
        set_code(out, parameter[0], modifiers);
    else if (control->final == 'Z')
        set_key(out, KEY_TAB, KEY_SHIFT);
    else if (control->final == 'I' && control->count == 0)
        out->kind = SEQUENCE_FOCUS;
    else if (control->final == 'O' && control->count == 0)
        out->kind = SEQUENCE_BLUR;
    else if (letter && parameter[0] <= 1)
        set_key(out, letter, modifiers);
}

/* Parameters from after the bracket. Returns the bytes taken, 0 when the final one is not there yet; a byte
 * that cannot be there ends the sequence before itself, and so does an endless one; `final` is then 0. */
static size_t read_control(const char *bytes, size_t size, struct control *control)
{
    bool digits = false, sub = false;
    for (size_t i = 0; i < size; i++) {
        char byte = bytes[i];
        if (byte >= '0' && byte <= '9') {
            unsigned *last = &control->parameters[control->count];
            if (control->count < PARAMETERS && !sub && *last < 0x1000000)
                *last = *last * 10 + (unsigned)(byte - '0');
            digits = true;
        } else if (byte == ';') {
            control->count += control->count < PARAMETERS;
            digits = true;
            sub = false;
        } else if (byte == ':') {
            sub = true;
        } else if (byte >= '<' && byte <= '?') {
            control->prefix = byte;
        } else if (byte < 0x20 || byte > 0x2f || i > LONGEST) {
            control->final = byte >= 0x40 && byte < 0x7f ? byte : 0;
            control->count += digits && control->count < PARAMETERS;
            return i + (control->final != 0);
        }
    }
    return 0;
}

/* ESC [ …; the Linux console names F1 to F5 by one more bracket. */
static size_t read_bracket(const char *bytes, size_t size, struct sequence *out)
{
    if (size > 2 && bytes[2] == '[') {
        if (size < 4)
            return 0;
        if (bytes[3] >= 'A' && bytes[3] <= 'E')
            set_key(out, KEY_F1 + (uint32_t)(bytes[3] - 'A'), 0);
        return 4;
    }
    struct control control = { 0 };
    size_t used = read_control(bytes + 2, size - 2, &control);
    if (used == 0)
        return 0;
    if (control.final)
        understand(&control, out);
    return used + 2;
}

/* ESC O letter: cursor keys in application mode, F1 to F4, the keypad of a vt100. */
static size_t read_application(const char *bytes, size_t size, struct sequence *out)
{
    static const char keypad[] = "jklmnopqrstuvwxy";
    static const char typed[] = "*+,-./0123456789";
    if (size < 3)
        return 0;
    const char *found = bytes[2] ? strchr(keypad, bytes[2]) : NULL;
    if (letter_key(bytes[2]))
        set_key(out, letter_key(bytes[2]), 0);
    else if (bytes[2] == 'M')
        set_key(out, KEY_ENTER, 0);
    else if (found)
        set_key(out, (uint32_t)typed[found - keypad], 0);
    return 3;
}

static size_t read_character(const char *bytes, size_t size, bool final, struct sequence *out)
{
    unsigned char first = (unsigned char)bytes[0];
    uint32_t code = first;
    size_t length = first < 0x80                    ? 1
                    : first >= 0xc2 && first < 0xe0 ? 2
                    : first >= 0xe0 && first < 0xf0 ? 3
                    : first >= 0xf0 && first < 0xf5 ? 4
                                                    : 0;
    if (length == 0)
        return 1;
    if (length > 1)
        code = first & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if (i >= size)
            return final ? size : 0;
        unsigned char next = (unsigned char)bytes[i];
        if ((next & 0xc0) != 0x80)
            return i;
        code = code << 6 | (next & 0x3f);
    }
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    if (code >= least[length] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff))
        set_key(out, code, 0);
    return length;
}

static size_t read_plain(const char *bytes, size_t size, bool final, struct sequence *out)
{
    unsigned char byte = (unsigned char)bytes[0];
    if (byte == 0x7f)
        set_key(out, KEY_BACKSPACE, 0);
    else if (byte == '\r')
        set_key(out, KEY_ENTER, 0);
    else if (byte == '\t')
        set_key(out, KEY_TAB, 0);
    else if (byte == 0x1b)
        set_key(out, KEY_ESCAPE, 0);
    else if (byte == 0)
        set_key(out, ' ', KEY_CONTROL);
    else if (byte < 0x20)
        set_key(out, byte < 27 ? byte + 0x60u : byte + 0x40u, KEY_CONTROL);
    else
        return read_character(bytes, size, final, out);
    return 1;
}

static size_t read_escape(const char *bytes, size_t size, bool final, struct sequence *out)
{
    size_t used = 0;
    if (size > 1 && bytes[1] == '[')
        used = read_bracket(bytes, size, out);
    else if (size > 1 && bytes[1] == 'O')
        used = read_application(bytes, size, out);
    if (used > 0)
        return used;
    if (!final && (size == 1 || bytes[1] == '[' || bytes[1] == 'O'))
        return 0;
    if (size == 1 || bytes[1] == 0x1b) {
        set_key(out, KEY_ESCAPE, 0);
        return 1;
    }
    used = read_plain(bytes + 1, size - 1, final, out);
    out->key.modifiers |= KEY_META;
    return used ? used + 1 : 0;
}

size_t sequence_read(const char *bytes, size_t size, bool final, struct sequence *out)
{
    return bytes[0] == 0x1b ? read_escape(bytes, size, final, out) : read_plain(bytes, size, final, out);
}
