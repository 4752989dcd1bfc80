#include "editor/command/pattern.h"

#include <stdlib.h>
#include <string.h>

enum { PATTERN_DEPTH = 100 };

/* How much is special without a backslash: \V \M \m \v. */
enum magic { MAGIC_NONE, MAGIC_LITTLE, MAGIC_MOST, MAGIC_ALL };

struct translator {
    const char *text;
    size_t at, size;
    struct bytes *out;
    const struct pattern_style *style;
    struct pattern_facts *facts;
    struct error *error;
    enum magic magic;
    int depth, case_flag; /* 'c', 'C' or 0 */
    unsigned groups, behind; /* behind: open lookaheads of \ze */
    bool has_upper;
};

static void emit(struct translator *t, const char *text)
{
    bytes_append_text(t->out, text);
}

static void emit_literal(struct bytes *out, const char *bytes, size_t size)
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

/* A character with its meaning settled: special or itself. */
struct token {
    bool special;
    char byte;    /* what is special, or the literal's first byte; 0 at the end */
    size_t size;  /* bytes of the pattern it takes */
    size_t begin; /* where a literal's own bytes begin */
};

static size_t unit_size(const char *text, size_t size)
{
    size_t n = 1;
    while (n < size && n < 4 && ((unsigned char)text[n] & 0xC0) == 0x80)
        n++;
    return n;
}

/* The characters that a backslash turns special, or that are special by themselves, by magic. */
static bool is_plain_special(const struct translator *t, char byte)
{
    static const char *const sets[] = { "", "^$", "^$.*[~", "^$.*[~+?={@(|)<>&%" };
    return byte && strchr(sets[t->magic], byte);
}

static struct token peek(const struct translator *t)
{
    struct token token = { .begin = t->at };
    if (t->at >= t->size)
        return token;
    char byte = t->text[t->at];
    if (byte == '\\' && t->at + 1 < t->size) {
        char next = t->text[t->at + 1];
        token.begin = t->at + 1;
        token.byte = next;
        token.size = 1 + unit_size(t->text + t->at + 1, t->size - t->at - 1);
        token.special = !is_plain_special(t, next);
        if (token.special && (unsigned char)next >= 0x80)
            token.special = false;
        return token;
    }
    token.byte = byte;
    token.size = unit_size(t->text + t->at, t->size - t->at);
    token.special = is_plain_special(t, byte);
    if (byte == 0)
        token.byte = 1;
    return token;
}

static bool is_special(const struct translator *t, char byte)
{
    struct token token = peek(t);
    return token.special && token.byte == byte && token.size;
}

static const char *class_of(char byte)
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

static void emit_class(struct translator *t, char byte, bool with_feed)
{
    const char *set = class_of(byte);
    if (with_feed) {
        t->facts->crosses_lines = true;
        emit(t, "(?:");
    }
    bool exact_case = strchr("lLuU", byte);
    emit(t, exact_case ? "(?-i:[" : "[");
    emit(t, set);
    emit(t, exact_case ? "])" : "]");
    if (with_feed)
        emit(t, "|\\n)");
}

/* A number after \%d, \%x, \%u, \%o or in brackets after \d …: how many bytes it takes, 0 if none. */
static size_t read_code(const char *text, size_t size, char kind, uint32_t *code)
{
    unsigned base = kind == 'd' ? 10 : kind == 'o' ? 8 : 16;
    size_t most = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : kind == 'o' ? 4 : 10, n = 0;
    *code = 0;
    while (n < size && n < most) {
        char c = text[n];
        unsigned digit = c >= '0' && c <= '9'               ? (unsigned)(c - '0')
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
static size_t brackets_end(const char *text, size_t size, size_t at)
{
    if (at < size && text[at] == '^')
        at++;
    if (at < size && text[at] == ']')
        at++;
    while (at < size && text[at] != ']') {
        if (text[at] == '\\' && at + 1 < size && strchr("\\]^-etrbndoxuU", text[at + 1])) {
            at += 2;
        } else if (text[at] == '[' && at + 1 < size && (text[at + 1] == ':' || text[at + 1] == '=' || text[at + 1] == '.')) {
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
        static const char *const names[] = { "alpha", "digit",  "alnum", "lower", "upper", "punct", "space",
                                             "blank", "xdigit", "cntrl", "print", "graph" };
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            size_t length = strlen(names[i]);
            if (at + length + 4 <= end && !memcmp(text + at + 2, names[i], length) && text[at + 2 + length] == ':') {
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
    size_t digits = strchr("doxuU", next) && next ? read_code(text + at + 2, end - at - 2, next, &code) : 0;
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
        emit(t, escape);
        return 2;
    }
    if (strchr("\\]^-", next)) {
        emit_bracket_literal(t, text + at + 1, 1);
        return 2;
    }
    return 0;
}

/* [...] behind its '['; with_feed: \_[ matches a line feed too. */
static bool emit_brackets(struct translator *t, size_t begin, bool with_feed)
{
    size_t end = brackets_end(t->text, t->size, begin), at = begin;
    bool negated = t->text[at] == '^';
    if (with_feed) {
        emit(t, "(?:");
        t->facts->crosses_lines = true;
    }
    emit(t, negated ? "[^\\n" : "[");
    at += negated;
    bool first = true;
    while (at < end) {
        size_t taken = bracket_special(t, at, end);
        if (!taken) {
            taken = unit_size(t->text + at, end - at);
            bool range = t->text[at] == '-' && !first && at + 1 < end;
            if (range)
                bytes_append_byte(t->out, '-');
            else
                emit_bracket_literal(t, t->text + at, taken);
        }
        at += taken;
        first = false;
    }
    emit(t, with_feed ? "]|\\n)" : "]");
    t->at = end + 1;
    return true;
}

static bool translate_branches(struct translator *t, bool inside);

static bool refuse(struct translator *t, const char *what)
{
    return fail(t->error, "%s at character %zu of the pattern", what, t->at + 1);
}

static bool translate_group(struct translator *t, const char *open)
{
    if (++t->depth > PATTERN_DEPTH)
        return refuse(t, "groups are nested too deep");
    emit(t, open);
    if (!translate_branches(t, true))
        return false;
    if (!is_special(t, ')'))
        return refuse(t, "a group is not closed");
    t->at += peek(t).size;
    emit(t, ")");
    t->depth--;
    return true;
}

/* \%[abc]: as much of it as there is. */
static bool translate_optional(struct translator *t)
{
    int count = 0;
    while (t->at < t->size && t->text[t->at] != ']') {
        size_t size = unit_size(t->text + t->at, t->size - t->at);
        if (t->text[t->at] == '[') {
            size_t end = brackets_end(t->text, t->size, t->at + 1);
            if (!end)
                return refuse(t, "brackets are not closed");
            emit(t, "(?:");
            emit_brackets(t, t->at + 1, false);
        } else {
            emit(t, "(?:");
            emit_literal(t->out, t->text + t->at, size);
            t->at += size;
        }
        if (++count > PATTERN_DEPTH)
            return refuse(t, "too long a sequence");
    }
    if (t->at >= t->size)
        return refuse(t, "\\%[ is not closed");
    t->at++;
    while (count--)
        emit(t, ")?");
    return true;
}

/* What follows \%. */
static bool translate_percent(struct translator *t)
{
    char byte = t->at < t->size ? t->text[t->at] : 0;
    uint32_t code;
    if (byte == '(') {
        t->at++;
        return translate_group(t, "(?:");
    }
    if (byte == '[') {
        t->at++;
        return translate_optional(t);
    }
    if (byte && strchr("dxuUo", byte)) {
        size_t digits = read_code(t->text + t->at + 1, t->size - t->at - 1, byte, &code);
        if (!digits)
            return refuse(t, "a number is missing");
        t->at += 1 + digits;
        bytes_format(t->out, "\\x{%x}", code);
        return true;
    }
    t->at++;
    if (byte == '^') {
        emit(t, "\\A");
    } else if (byte == '$') {
        emit(t, "(?=\\n?\\z)");
    } else if (byte == 'V') {
        t->facts->in_selection = true;
        emit(t, "(?:)");
    } else {
        t->at--;
        return refuse(t, "\\% with this is not known");
    }
    return true;
}

/* What follows \_. */
static bool translate_underscore(struct translator *t)
{
    char byte = t->at < t->size ? t->text[t->at] : 0;
    t->at++;
    if (byte == '^') {
        emit(t, "^");
    } else if (byte == '$') {
        emit(t, "$");
    } else if (byte == '.') {
        t->facts->crosses_lines = true;
        emit(t, "(?:.|\\n)");
    } else if (byte == '[') {
        if (!brackets_end(t->text, t->size, t->at))
            return refuse(t, "brackets are not closed");
        return emit_brackets(t, t->at, true);
    } else if (byte && class_of(byte)) {
        emit_class(t, byte, true);
    } else {
        t->at--;
        return refuse(t, "\\_ with this is not known");
    }
    return true;
}

static void emit_replacement(struct translator *t)
{
    const char *text = t->style->replacement ? t->style->replacement : "";
    emit(t, "(?:");
    emit_literal(t->out, text, strlen(text));
    emit(t, ")");
}

/* The special characters that stand for one thing. */
static bool emit_simple(struct translator *t, char byte)
{
    static const struct {
        char byte;
        const char *pattern;
    } rows[] = { { '.', "." },
                 { '<', "(?:(?<![\\p{L}\\p{N}_\\p{Mn}\\p{Mc}])(?=[\\p{L}\\p{N}_\\p{Mn}\\p{Mc}]))" },
                 { '>', "(?:(?<=[\\p{L}\\p{N}_\\p{Mn}\\p{Mc}])(?![\\p{L}\\p{N}_\\p{Mn}\\p{Mc}]))" },
                 { 'e', "\\x1b" },
                 { 't', "\\t" },
                 { 'r', "\\r" },
                 { 'b', "\\x08" },
                 { 'n', "\\n" } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].byte == byte) {
            emit(t, rows[i].pattern);
            if (byte == 'n')
                t->facts->crosses_lines = true;
            return true;
        }
    return false;
}

static bool translate_special(struct translator *t, char byte)
{
    if (emit_simple(t, byte))
        return true;
    if (byte == '(') {
        t->groups++;
        return translate_group(t, "(");
    }
    if (byte == '%')
        return translate_percent(t);
    if (byte == '_')
        return translate_underscore(t);
    if (byte == '~') {
        emit_replacement(t);
    } else if (byte == '[') {
        if (!brackets_end(t->text, t->size, t->at))
            emit(t, "\\[");
        else
            return emit_brackets(t, t->at, false);
    } else if (byte >= '1' && byte <= '9') {
        if ((unsigned)(byte - '0') > t->groups)
            return refuse(t, "there is no such group");
        bytes_format(t->out, "(?:\\g{%c})", byte);
    } else if (class_of(byte)) {
        emit_class(t, byte, false);
    } else if (byte && strchr("+=?{@*&|)", byte)) {
        emit_literal(t->out, &byte, 1);
    } else {
        emit_literal(t->out, &byte, 1);
    }
    return true;
}

/* The bounds of \{n,m} behind the brace. */
static bool translate_bounds(struct translator *t)
{
    bool lazy = t->at < t->size && t->text[t->at] == '-';
    t->at += lazy;
    unsigned long low = 0, high = 0;
    bool has_low = false, has_high = false, comma = false;
    for (; t->at < t->size && t->text[t->at] != '}' && t->text[t->at] != '\\'; t->at++) {
        char c = t->text[t->at];
        if (c == ',' && !comma) {
            comma = true;
        } else if (c >= '0' && c <= '9') {
            unsigned long *bound = comma ? &high : &low;
            *bound = *bound * 10 + (unsigned long)(c - '0');
            *(comma ? &has_high : &has_low) = true;
            if (*bound > 65535)
                return refuse(t, "too large a count");
        } else {
            return refuse(t, "a count is not understood");
        }
    }
    if (t->at < t->size && t->text[t->at] == '\\')
        t->at++;
    if (t->at >= t->size || t->text[t->at] != '}')
        return refuse(t, "a count is not closed");
    t->at++;
    if (has_low && has_high && low > high) {
        unsigned long swap = low;
        low = high;
        high = swap;
    }
    if (has_low && !comma)
        bytes_format(t->out, "{%lu}", low);
    else if (has_high)
        bytes_format(t->out, "{%lu,%lu}", low, high);
    else
        bytes_format(t->out, "{%lu,}", low);
    if (lazy)
        emit(t, "?");
    return true;
}

static void wrap(struct translator *t, size_t begin, const char *open)
{
    size_t length = strlen(open), tail = t->out->size - begin;
    bytes_append_text(t->out, open);
    memmove(t->out->data + begin + length, t->out->data + begin, tail);
    memcpy(t->out->data + begin, open, length);
    emit(t, ")");
}

/* \@= \@! \@<= \@<! \@> behind the @. */
static bool translate_look(struct translator *t, size_t begin)
{
    static const struct {
        const char *text, *open;
    } looks[] = { { "<=", "(?<=" }, { "<!", "(?<!" }, { "=", "(?=" }, { "!", "(?!" }, { ">", "(?>" } };
    while (t->at < t->size && t->text[t->at] >= '0' && t->text[t->at] <= '9')
        t->at++;
    for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++) {
        size_t length = strlen(looks[i].text);
        if (t->at + length <= t->size && !memcmp(t->text + t->at, looks[i].text, length)) {
            t->at += length;
            wrap(t, begin, looks[i].open);
            return true;
        }
    }
    return refuse(t, "\\@ with this is not known");
}

/* A count behind the piece that was written from `begin` on. */
static bool translate_multi(struct translator *t, size_t begin)
{
    for (int repeats = 0;; repeats++) {
        struct token token = peek(t);
        if (!token.size || !token.special || !strchr("*+=?{@", token.byte))
            return true;
        if (repeats > 4)
            return refuse(t, "nested counts");
        t->at += token.size;
        if (token.byte == '@') {
            if (!translate_look(t, begin))
                return false;
            continue;
        }
        wrap(t, begin, "(?:");
        if (token.byte == '{') {
            if (!translate_bounds(t))
                return false;
        } else {
            emit(t, token.byte == '*' ? "*" : token.byte == '+' ? "+" : "?");
        }
    }
}

/* \z, \c, \v and the like: no piece of their own. True if it was one. */
static bool translate_switch(struct translator *t, struct token token, bool *handled)
{
    *handled = true;
    char byte = token.byte;
    if (byte == 'c' || byte == 'C')
        t->case_flag = byte;
    else if (byte == 'v' || byte == 'm' || byte == 'M' || byte == 'V')
        t->magic = byte == 'v' ? MAGIC_ALL : byte == 'm' ? MAGIC_MOST : byte == 'M' ? MAGIC_LITTLE : MAGIC_NONE;
    else if (byte == 'z' && t->at + token.size < t->size && strchr("se", t->text[t->at + token.size])) {
        emit(t, t->text[t->at + token.size] == 's' ? "\\K" : "(?=");
        t->behind += t->text[t->at + token.size] == 'e';
        t->at++;
    } else if (byte != 'Z') {
        *handled = false;
        return true;
    }
    t->at += token.size;
    return true;
}

static bool ends_here(const struct translator *t, size_t at)
{
    struct translator ahead = *t;
    ahead.at = at;
    struct token token = peek(&ahead);
    return token.size == 0 || (token.special && strchr("|&)n", token.byte));
}

static bool is_letter(char byte)
{
    return (byte | 32) >= 'a' && (byte | 32) <= 'z';
}

/* A letter matches without the accent that may follow it only if another letter is to follow. */
static bool next_is_letter(const struct translator *t)
{
    struct token token = peek(t);
    return token.size && !token.special && is_letter(token.byte);
}

static bool translate_piece(struct translator *t, bool first)
{
    struct token token = peek(t);
    size_t begin = t->out->size;
    bool handled = false;
    if (token.special && strchr("cCvmMVzZ", token.byte) && t->text[t->at] == '\\') {
        translate_switch(t, token, &handled);
        if (handled)
            return true;
    }
    if (token.special && token.byte == '^' && t->text[t->at] != '\\') {
        t->at += token.size;
        emit(t, first ? "^" : "\\^");
        return first || translate_multi(t, begin);
    }
    if (token.special && token.byte == '$' && t->text[t->at] != '\\') {
        bool last = ends_here(t, t->at + token.size);
        t->at += token.size;
        emit(t, last ? "$" : "\\$");
        return last || translate_multi(t, begin);
    }
    t->at += token.size;
    if (token.special && !(first && token.byte == '*')) {
        if (!translate_special(t, token.byte))
            return false;
    } else {
        size_t own = token.size - (token.begin - (t->at - token.size));
        if (token.byte >= 'A' && token.byte <= 'Z')
            t->has_upper = true;
        emit_literal(t->out, t->text + token.begin, own);
        if (is_letter(token.byte) && !next_is_letter(t))
            emit(t, "(?!\\p{Mn})");
    }
    return translate_multi(t, begin);
}

static bool translate_concat(struct translator *t)
{
    unsigned behind = t->behind;
    bool first = true;
    while (t->at < t->size && !is_special(t, '|') && !is_special(t, '&') && !is_special(t, ')')) {
        size_t before = t->out->size;
        bool feed = is_special(t, 'n');
        if (!translate_piece(t, first))
            return false;
        first = feed || (first && t->out->size == before);
    }
    for (; t->behind > behind; t->behind--)
        emit(t, ")");
    return true;
}

static bool translate_branches(struct translator *t, bool inside)
{
    size_t begin = t->out->size;
    for (;;) {
        if (!translate_concat(t))
            return false;
        if (is_special(t, '&')) {
            t->at += peek(t).size;
            wrap(t, begin, "(?=");
            continue;
        }
        if (is_special(t, '|')) {
            t->at += peek(t).size;
            emit(t, "|");
            begin = t->out->size;
            continue;
        }
        if (is_special(t, ')') && !inside)
            return refuse(t, "a group is closed that was not opened");
        return true;
    }
}

bool pattern_translate(const char *text, size_t size, const struct pattern_style *style, struct bytes *out,
                       struct pattern_facts *facts, struct error *error)
{
    struct translator t = { .text = text, .size = size, .out = out, .style = style, .facts = facts, .error = error };
    t.magic = style->magic ? MAGIC_MOST : MAGIC_LITTLE;
    *facts = (struct pattern_facts){ 0 };
    if (!translate_branches(&t, false))
        return false;
    bytes_append(out, "", 0);
    facts->ignores_case = t.case_flag ? t.case_flag == 'c' : style->ignorecase && !(style->smartcase && t.has_upper);
    return true;
}

size_t pattern_end(const char *text, size_t size, char delimiter, bool magic)
{
    for (size_t at = 0; at < size; at++) {
        if (text[at] == delimiter)
            return at;
        if (text[at] == '\\' && at + 1 < size) {
            if (text[at + 1] == 'v')
                magic = true;
            at++;
        } else if (text[at] == '[' && magic) {
            size_t end = brackets_end(text, size, at + 1);
            if (end)
                at = end;
        }
    }
    return size;
}
