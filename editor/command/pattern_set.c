/* pattern_set.c - sets of characters in patterns: \s and its kin, brackets. */
#include "editor/command/pattern_inside.h"

#include <string.h>

void pattern_emit(struct translator *t, const char *text)
{
    bytes_append_text(t->out, text);
}

void pattern_literal(struct bytes *out, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == '\n') {
            bytes_append_text(out, "\\n");
            continue;
        }
        if (strchr("\\^$.[]|()?*+{}-#/ ", bytes[i]) && bytes[i])
            bytes_append_byte(out, '\\');
        bytes_append_byte(out, bytes[i]);
    }
}

size_t pattern_unit(const char *text, size_t size)
{
    size_t n = 1;
    while (n < size && n < 4 && ((unsigned char)text[n] & 0xC0) == 0x80)
        n++;
    return n;
}

const char *pattern_class(char byte)
{
    switch (byte) {
    case 'i':
        return "0-9A-Za-z_\\x{c0}-\\x{ff}";
    case 'I':
        return "A-Za-z_\\x{c0}-\\x{ff}";
    case 'k':
        return "\\p{L}\\p{N}_\\p{Mn}\\p{Mc}";
    case 'K':
        return "\\p{L}_\\p{Mn}\\p{Mc}";
    case 'f':
        return "0-9A-Za-z/.\\-_+,#$%~=";
    case 'F':
        return "A-Za-z/.\\-_+,#$%~=";
    case 'p':
        return "^\\x00-\\x1f\\x7f";
    case 'P':
        return "^0-9\\x00-\\x1f\\x7f";
    case 's':
        return " \\t";
    case 'S':
        return "^ \\t\\n";
    case 'd':
        return "0-9";
    case 'D':
        return "^0-9\\n";
    case 'x':
        return "0-9A-Fa-f";
    case 'X':
        return "^0-9A-Fa-f\\n";
    case 'o':
        return "0-7";
    case 'O':
        return "^0-7\\n";
    case 'w':
        return "0-9A-Za-z_";
    case 'W':
        return "^0-9A-Za-z_\\n";
    case 'h':
        return "A-Za-z_";
    case 'H':
        return "^A-Za-z_\\n";
    case 'a':
        return "A-Za-z";
    case 'A':
        return "^A-Za-z\\n";
    case 'l':
        return "a-z";
    case 'L':
        return "^a-z\\n";
    case 'u':
        return "A-Z";
    case 'U':
        return "^A-Z\\n";
    default:
        return 0;
    }
}

void pattern_emit_class(struct translator *t, char byte, bool with_feed)
{
    const char *set = pattern_class(byte);
    if (with_feed) {
        t->facts->crosses_lines = true;
        pattern_emit(t, "(?:");
    }
    bool exact_case = strchr("lLuU", byte);
    pattern_emit(t, exact_case ? "(?-i:[" : "[");
    pattern_emit(t, set);
    pattern_emit(t, exact_case ? "])" : "]");
    if (with_feed)
        pattern_emit(t, "|\\n)");
}

/* A number after \%d, \%x, \%u, \%o or in brackets after \d …: how many bytes it takes, 0 if none. */
size_t pattern_code(const char *text, size_t size, char kind, uint32_t *code)
{
    unsigned base = kind == 'd' ? 10 : kind == 'o' ? 8 : 16;
    size_t most = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : kind == 'o' ? 4 : 10, n = 0;
    *code = 0;
    while (n < size && n < most) {
        char c = text[n];
        unsigned digit = c >= '0' && c <= '9'                 ? (unsigned)(c - '0')
                         : (c | 32) >= 'a' && (c | 32) <= 'f' ? (unsigned)((c | 32) - 'a' + 10)
                                                              : 99;
        if (digit >= base)
            break;
        *code = *code * base + digit;
        n++;
    }
    if (*code > 0x10FFFF || (*code >= 0xD800 && *code < 0xE000))
        *code = 0xFFFD;
    return n;
}

/* Where the brackets that begin at `at` (behind the '[') close; 0 where they do not. */
size_t pattern_brackets_end(const char *text, size_t size, size_t at)
{
    if (at < size && text[at] == '^')
        at++;
    if (at < size && text[at] == ']')
        at++;
    while (at < size && text[at] != ']') {
        if (text[at] == '\\' && at + 1 < size && strchr("\\]^-etrbndoxuU", text[at + 1])) {
            at += 2;
        } else if (text[at] == '[' && at + 1 < size &&
                   (text[at + 1] == ':' || text[at + 1] == '=' || text[at + 1] == '.')) {
            const char close[] = { text[at + 1], ']', 0 };
            const char *end = memmem(text + at + 2, size - at - 2, close, 2);
            at = end ? (size_t)(end - text) + 2 : at + 1;
        } else {
            at++;
        }
    }
    return at < size ? at : 0;
}

static void emit_bracket_literal(struct translator *t, const char *bytes, size_t size)
{
    if (strchr("\\]^-[", bytes[0]) && bytes[0])
        bytes_append_byte(t->out, '\\');
    bytes_append(t->out, bytes, size);
}

/* [:name:] or an escape in brackets; returns the bytes taken, 0 for a plain character. */
static size_t bracket_special(struct translator *t, size_t at, size_t end)
{
    const char *text = t->text;
    if (text[at] == '[' && at + 1 < end && text[at + 1] == ':') {
        static const char *const names[] = { "alpha", "digit", "alnum",  "lower", "upper", "punct",
                                             "space", "blank", "xdigit", "cntrl", "print", "graph" };
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            size_t length = strlen(names[i]);
            if (at + length + 4 <= end && !memcmp(text + at + 2, names[i], length) &&
                text[at + 2 + length] == ':') {
                bytes_append(t->out, text + at, length + 4);
                return length + 4;
            }
        }
        return 0;
    }
    if (text[at] != '\\' || at + 1 >= end)
        return 0;
    char next = text[at + 1];
    uint32_t code;
    size_t digits =
        strchr("doxuU", next) && next ? pattern_code(text + at + 2, end - at - 2, next, &code) : 0;
    if (digits) {
        bytes_format(t->out, "\\x{%x}", code);
        return 2 + digits;
    }
    if (next == 'n')
        t->facts->crosses_lines = true;
    const char *escape = next == 'e'   ? "\\x1b"
                         : next == 't' ? "\\t"
                         : next == 'r' ? "\\r"
                         : next == 'b' ? "\\x08"
                         : next == 'n' ? "\\n"
                                       : 0;
    if (escape) {
        pattern_emit(t, escape);
        return 2;
    }
    if (strchr("\\]^-", next)) {
        emit_bracket_literal(t, text + at + 1, 1);
        return 2;
    }
    return 0;
}

/* [...] behind its '['; with_feed: \_[ matches a line feed too. */
bool pattern_emit_brackets(struct translator *t, size_t begin, bool with_feed)
{
    size_t end = pattern_brackets_end(t->text, t->size, begin), at = begin;
    bool negated = t->text[at] == '^';
    if (with_feed) {
        pattern_emit(t, "(?:");
        t->facts->crosses_lines = true;
    }
    pattern_emit(t, negated ? "[^\\n" : "[");
    at += negated;
    bool first = true;
    while (at < end) {
        size_t taken = bracket_special(t, at, end);
        if (!taken) {
            taken = pattern_unit(t->text + at, end - at);
            bool range = t->text[at] == '-' && !first && at + 1 < end;
            if (range)
                bytes_append_byte(t->out, '-');
            else
                emit_bracket_literal(t, t->text + at, taken);
        }
        at += taken;
        first = false;
    }
    pattern_emit(t, with_feed ? "]|\\n)" : "]");
    t->at = end + 1;
    return true;
}
