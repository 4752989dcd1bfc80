#include "editor/command/expression.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { EXPRESSION_DEPTH = 50, EXPRESSION_LIMIT = 1 << 20 };

struct value {
    bool is_text;
    int64_t number;
    struct bytes text;
};

struct reader {
    const char *at;
    int depth;
    struct error *error;
};

static void skip(struct reader *reader)
{
    while (*reader->at == ' ' || *reader->at == '\t')
        reader->at++;
}

static void to_text(struct value *value)
{
    if (!value->is_text)
        bytes_format(&value->text, "%lld", (long long)value->number);
    value->is_text = true;
}

static int64_t to_number(const struct value *value)
{
    return value->is_text ? strtoll(value->text.data ? value->text.data : "", 0, 10) : value->number;
}

static bool read_sum(struct reader *reader, struct value *value);

static void read_escape(struct reader *reader, struct bytes *out)
{
    static const char names[] = "nrte\"\\", codes[] = "\n\r\t\x1b\"\\";
    const char *found = *reader->at ? strchr(names, *reader->at) : 0;
    if (*reader->at == '<' && !strncmp(reader->at, "<Esc>", 5)) {
        bytes_append_byte(out, 27);
        reader->at += 5;
        return;
    }
    if (*reader->at == '<' && !strncmp(reader->at, "<CR>", 4)) {
        bytes_append_byte(out, '\r');
        reader->at += 4;
        return;
    }
    if (*reader->at)
        bytes_append_byte(out, found ? codes[found - names] : *reader->at);
    reader->at += *reader->at != 0;
}

static bool read_quoted(struct reader *reader, struct value *value)
{
    char quote = *reader->at++;
    value->is_text = true;
    bytes_append(&value->text, "", 0);
    while (*reader->at && (*reader->at != quote || (quote == '\'' && reader->at[1] == quote))) {
        if (*reader->at == '\\' && quote == '"') {
            reader->at++;
            read_escape(reader, &value->text);
            continue;
        }
        reader->at += quote == '\'' && *reader->at == quote;
        bytes_append_byte(&value->text, *reader->at++);
    }
    if (*reader->at != quote)
        return fail(reader->error, "a text is not closed");
    reader->at++;
    return true;
}

static bool read_repeat(struct reader *reader, struct value *value)
{
    struct value text = { 0 }, count = { 0 };
    reader->at += 7;
    bool good = read_sum(reader, &text);
    skip(reader);
    good = good && (*reader->at == ',' || fail(reader->error, "repeat takes a text and a number"));
    reader->at += good;
    good = good && read_sum(reader, &count);
    skip(reader);
    good = good && (*reader->at == ')' || fail(reader->error, "a bracket is not closed"));
    reader->at += good;
    if (good) {
        to_text(&text);
        value->is_text = true;
        for (int64_t i = to_number(&count); i > 0 && text.text.size && value->text.size < EXPRESSION_LIMIT;
             i--)
            bytes_append(&value->text, text.text.data, text.text.size);
    }
    bytes_free(&text.text);
    bytes_free(&count.text);
    return good;
}

static bool read_atom(struct reader *reader, struct value *value)
{
    skip(reader);
    if (++reader->depth > EXPRESSION_DEPTH)
        return fail(reader->error, "the expression is nested too deep");
    bool good = true;
    if (*reader->at == '-') {
        reader->at++;
        good = read_atom(reader, value);
        value->number = (int64_t)(0 - (uint64_t)to_number(value));
        value->is_text = false;
    } else if (*reader->at == '(') {
        reader->at++;
        good = read_sum(reader, value);
        skip(reader);
        good = good && (*reader->at == ')' || fail(reader->error, "a bracket is not closed"));
        reader->at += good;
    } else if (*reader->at == '"' || *reader->at == '\'') {
        good = read_quoted(reader, value);
    } else if (!strncmp(reader->at, "repeat(", 7)) {
        good = read_repeat(reader, value);
    } else if (isdigit((unsigned char)*reader->at)) {
        char *end;
        value->number = (int64_t)strtoull(reader->at, &end, 0);
        reader->at = end;
    } else {
        good = fail(reader->error, "cannot evaluate \"%s\"", reader->at);
    }
    reader->depth--;
    return good;
}

static bool apply(struct reader *reader, char sign, struct value *left, struct value *right)
{
    if (sign == '.') {
        to_text(left);
        to_text(right);
        bytes_append(&left->text, right->text.data ? right->text.data : "", right->text.size);
        return true;
    }
    uint64_t a = (uint64_t)to_number(left), b = (uint64_t)to_number(right);
    if ((sign == '/' || sign == '%') && (b == 0 || b == UINT64_MAX))
        return b ? (left->number = sign == '/' ? (int64_t)(0 - a) : 0, left->is_text = false, true)
                 : fail(reader->error, "division by zero");
    left->number = sign == '+'   ? (int64_t)(a + b)
                   : sign == '-' ? (int64_t)(a - b)
                   : sign == '*' ? (int64_t)(a * b)
                   : sign == '/' ? (int64_t)a / (int64_t)b
                                 : (int64_t)a % (int64_t)b;
    left->is_text = false;
    return true;
}

static bool read_signs(struct reader *reader, struct value *value, const char *signs,
                       bool (*inner)(struct reader *, struct value *))
{
    bool good = inner(reader, value);
    for (skip(reader); good && *reader->at && strchr(signs, *reader->at); skip(reader)) {
        struct value right = { 0 };
        char sign = *reader->at++;
        reader->at += sign == '.' && *reader->at == '.';
        good = inner(reader, &right) && apply(reader, sign, value, &right);
        bytes_free(&right.text);
    }
    return good;
}

static bool read_product(struct reader *reader, struct value *value)
{
    return read_signs(reader, value, "*/%", read_atom);
}

static bool read_sum(struct reader *reader, struct value *value)
{
    return read_signs(reader, value, "+-.", read_product);
}

bool expression_evaluate(const char *text, struct bytes *out, struct error *error)
{
    struct reader reader = { .at = text, .error = error };
    struct value value = { 0 };
    bool good = read_sum(&reader, &value);
    skip(&reader);
    if (good && *reader.at)
        good = fail(error, "cannot evaluate \"%s\"", reader.at);
    if (good) {
        to_text(&value);
        bytes_append(out, value.text.data ? value.text.data : "", value.text.size);
    }
    bytes_free(&value.text);
    return good;
}
