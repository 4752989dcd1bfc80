#include "editor/command/pattern_inside.h"

#include <stdlib.h>
#include <string.h>

/* A character with its meaning settled: special or itself. */
struct token {
    bool special;
    char byte;    /* what is special, or the literal's first byte; 0 at the end */
    size_t size;  /* bytes of the pattern it takes */
    size_t begin; /* where a literal's own bytes begin */
};

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
        token.size = 1 + pattern_unit(t->text + t->at + 1, t->size - t->at - 1);
        token.special = !is_plain_special(t, next);
        if (token.special && (unsigned char)next >= 0x80)
            token.special = false;
        return token;
    }
    token.byte = byte;
    token.size = pattern_unit(t->text + t->at, t->size - t->at);
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

static bool translate_branches(struct translator *t, bool inside);

static bool refuse(struct translator *t, const char *what)
{
    return fail(t->error, "%s at character %zu of the pattern", what, t->at + 1);
}

static bool translate_group(struct translator *t, const char *open)
{
    if (++t->depth > PATTERN_DEPTH)
        return refuse(t, "groups are nested too deep");
    pattern_emit(t, open);
    if (!translate_branches(t, true))
        return false;
    if (!is_special(t, ')'))
        return refuse(t, "a group is not closed");
    t->at += peek(t).size;
    pattern_emit(t, ")");
    t->depth--;
    return true;
}

/* \%[abc]: as much of it as there is. */
static bool translate_optional(struct translator *t)
{
    int count = 0;
    while (t->at < t->size && t->text[t->at] != ']') {
        size_t size = pattern_unit(t->text + t->at, t->size - t->at);
        if (t->text[t->at] == '[') {
            size_t end = pattern_brackets_end(t->text, t->size, t->at + 1);
            if (!end)
                return refuse(t, "brackets are not closed");
            pattern_emit(t, "(?:");
            pattern_emit_brackets(t, t->at + 1, false);
        } else {
            pattern_emit(t, "(?:");
            pattern_literal(t->out, t->text + t->at, size);
            t->at += size;
        }
        if (++count > PATTERN_DEPTH)
            return refuse(t, "too long a sequence");
    }
    if (t->at >= t->size)
        return refuse(t, "\\%[ is not closed");
    t->at++;
    while (count--)
        pattern_emit(t, ")?");
    return true;
}

static bool emit_condition(struct translator *t, struct pattern_condition condition)
{
    if (t->facts->condition_count == PATTERN_CONDITIONS)
        return refuse(t, "too many places are named");
    t->facts->conditions[t->facts->condition_count++] = condition;
    bytes_format(t->out, "(?C%u)", t->facts->condition_count);
    return true;
}

/* \%23l \%<23c \%>23v \%'m behind the per cent sign. */
static bool translate_place(struct translator *t)
{
    struct pattern_condition condition = { 0 };
    char byte = t->at < t->size ? t->text[t->at] : 0;
    if (byte == '<' || byte == '>') {
        condition.order = byte == '<' ? -1 : 1;
        byte = ++t->at < t->size ? t->text[t->at] : 0;
    }
    if (byte == '\'' && t->at + 1 < t->size) {
        condition.kind = byte;
        condition.number = (unsigned char)t->text[t->at + 1];
        t->at += 2;
        return emit_condition(t, condition);
    }
    size_t digits = 0;
    for (; t->at < t->size && t->text[t->at] >= '0' && t->text[t->at] <= '9' && digits < 9; digits++)
        condition.number = condition.number * 10 + (size_t)(t->text[t->at++] - '0');
    condition.kind = t->at < t->size ? t->text[t->at] : 0;
    if (!digits || !condition.kind || !strchr("lcv", condition.kind))
        return refuse(t, "\\% with this is not known");
    t->at++;
    return emit_condition(t, condition);
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
        size_t digits = pattern_code(t->text + t->at + 1, t->size - t->at - 1, byte, &code);
        if (!digits)
            return refuse(t, "a number is missing");
        t->at += 1 + digits;
        bytes_format(t->out, "\\x{%x}", code);
        return true;
    }
    t->at++;
    if (byte == '^') {
        pattern_emit(t, "\\A");
    } else if (byte == '$') {
        pattern_emit(t, "(?=\\n?\\z)");
    } else if (byte == 'V' || byte == '#') {
        return emit_condition(t, (struct pattern_condition){ byte, 0, 0 });
    } else {
        t->at--;
        return translate_place(t);
    }
    return true;
}

/* What follows \_. */
static bool translate_underscore(struct translator *t)
{
    char byte = t->at < t->size ? t->text[t->at] : 0;
    t->at++;
    if (byte == '^') {
        pattern_emit(t, "^");
    } else if (byte == '$') {
        pattern_emit(t, "$");
    } else if (byte == '.') {
        t->facts->crosses_lines = true;
        pattern_emit(t, "(?:.|\\n)");
    } else if (byte == '[') {
        if (!pattern_brackets_end(t->text, t->size, t->at))
            return refuse(t, "brackets are not closed");
        return pattern_emit_brackets(t, t->at, true);
    } else if (byte && pattern_class(byte)) {
        pattern_emit_class(t, byte, true);
    } else {
        t->at--;
        return refuse(t, "\\_ with this is not known");
    }
    return true;
}

static void emit_replacement(struct translator *t)
{
    const char *text = t->style->replacement ? t->style->replacement : "";
    pattern_emit(t, "(?:");
    pattern_literal(t->out, text, strlen(text));
    pattern_emit(t, ")");
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
            pattern_emit(t, rows[i].pattern);
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
        if (!pattern_brackets_end(t->text, t->size, t->at))
            pattern_emit(t, "\\[");
        else
            return pattern_emit_brackets(t, t->at, false);
    } else if (byte >= '1' && byte <= '9') {
        if ((unsigned)(byte - '0') > t->groups)
            return refuse(t, "there is no such group");
        bytes_format(t->out, "(?:\\g{%c})", byte);
    } else if (pattern_class(byte)) {
        pattern_emit_class(t, byte, false);
    } else if (byte && strchr("+=?{@*&|)", byte)) {
        pattern_literal(t->out, &byte, 1);
    } else {
        pattern_literal(t->out, &byte, 1);
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
        pattern_emit(t, "?");
    return true;
}

static void wrap(struct translator *t, size_t begin, const char *open)
{
    size_t length = strlen(open), tail = t->out->size - begin;
    bytes_append_text(t->out, open);
    memmove(t->out->data + begin + length, t->out->data + begin, tail);
    memcpy(t->out->data + begin, open, length);
    pattern_emit(t, ")");
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
            pattern_emit(t, token.byte == '*' ? "*" : token.byte == '+' ? "+" : "?");
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
        t->magic = byte == 'v'   ? MAGIC_ALL
                   : byte == 'm' ? MAGIC_MOST
                   : byte == 'M' ? MAGIC_LITTLE
                                 : MAGIC_NONE;
    else if (byte == 'z' && t->at + token.size < t->size && strchr("se", t->text[t->at + token.size])) {
        pattern_emit(t, t->text[t->at + token.size] == 's' ? "\\K" : "(?=");
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
        pattern_emit(t, first ? "^" : "\\^");
        return first || translate_multi(t, begin);
    }
    if (token.special && token.byte == '$' && t->text[t->at] != '\\') {
        bool last = ends_here(t, t->at + token.size);
        t->at += token.size;
        pattern_emit(t, last ? "$" : "\\$");
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
        pattern_literal(t->out, t->text + token.begin, own);
        if (is_letter(token.byte) && !next_is_letter(t))
            pattern_emit(t, "(?!\\p{Mn})");
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
        pattern_emit(t, ")");
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
            pattern_emit(t, "|");
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
    struct translator t = {
        .text = text, .size = size, .out = out, .style = style, .facts = facts, .error = error
    };
    t.magic = style->magic ? MAGIC_MOST : MAGIC_LITTLE;
    *facts = (struct pattern_facts){ 0 };
    if (!translate_branches(&t, false))
        return false;
    bytes_append(out, "", 0);
    facts->ignores_case =
        t.case_flag ? t.case_flag == 'c' : style->ignorecase && !(style->smartcase && t.has_upper);
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
            size_t end = pattern_brackets_end(text, size, at + 1);
            if (end)
                at = end;
        }
    }
    return size;
}

char *pattern_of_text(const char *text)
{
    struct bytes out = { 0 };
    bytes_append_text(&out, "\\V");
    for (; *text; text++) {
        if (*text == '\\')
            bytes_append_byte(&out, '\\');
        bytes_append_byte(&out, *text);
    }
    return bytes_take(&out);
}
