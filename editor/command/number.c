/* number.c - adding to the number under or behind the cursor. */
#include "editor/command/editor_inside.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct number_form {
    bool binary, hexadecimal, octal, letters, is_unsigned;
};

static struct number_form form_of(const struct editor *editor)
{
    const char *formats = editor->options.nrformats;
    return (struct number_form){ strstr(formats, "bin"), strstr(formats, "hex"), strstr(formats, "octal"),
                                 strstr(formats, "alpha"), strstr(formats, "unsigned") };
}

/* A line as bytes: what lies outside reads as 0. */
struct line_bytes {
    const char *bytes;
    long size;
};

static int at(const struct line_bytes *line, long column)
{
    return column >= 0 && column < line->size ? (unsigned char)line->bytes[column] : 0;
}

static bool is_binary(int byte)
{
    return byte == '0' || byte == '1';
}

static bool has_prefix(const struct line_bytes *line, long column, char letter, int (*digit)(int))
{
    return column > 0 && (at(line, column) | 32) == letter && at(line, column - 1) == '0' &&
           digit(at(line, column + 1));
}

static int binary_digit(int byte)
{
    return is_binary(byte);
}

static bool on_prefix(const struct line_bytes *line, long column, const struct number_form *form)
{
    return (form->hexadecimal && has_prefix(line, column, 'x', isxdigit)) ||
           (form->binary && has_prefix(line, column, 'b', binary_digit));
}

/* Where the number at or behind a column begins, its prefix included. */
static long number_start(const struct line_bytes *line, long from, const struct number_form *form)
{
    long column = from;
    if (form->binary)
        while (column > 0 && is_binary(at(line, column)))
            column--;
    if (form->hexadecimal)
        while (column > 0 && isxdigit(at(line, column)))
            column--;
    if (form->binary && form->hexadecimal && !has_prefix(line, column, 'x', isxdigit)) {
        column = from;
        while (column > 0 && isdigit(at(line, column)))
            column--;
    }
    if (on_prefix(line, column, form))
        return column - 1;
    column = from;
    while (at(line, column) && !isdigit(at(line, column)) && !(form->letters && isalpha(at(line, column))))
        column++;
    while (column > 0 && isdigit(at(line, column - 1)) && !(form->letters && isalpha(at(line, column))))
        column--;
    return column;
}

struct number {
    long start, length; /* of its bytes, prefix included, sign not */
    char prefix;        /* x X b B 0 (octal), or 0 */
    bool negative;
    uint64_t value;
};

static void number_read(const struct line_bytes *line, long limit, const struct number_form *form,
                        struct number *number)
{
    long column = number->start;
    unsigned base = 10;
    int second = at(line, column + 1);
    bool room = limit > 2;
    number->prefix = 0;
    if (at(line, column) == '0' && room && (second | 32) == 'x' && form->hexadecimal &&
        isxdigit(at(line, column + 2))) {
        number->prefix = (char)second;
        base = 16;
    } else if (at(line, column) == '0' && room && (second | 32) == 'b' && form->binary &&
               is_binary(at(line, column + 2))) {
        number->prefix = (char)second;
        base = 2;
    } else if (at(line, column) == '0' && form->octal && isdigit(second)) {
        base = 8;
        number->prefix = '0';
        for (long i = column; isdigit(at(line, i)); i++)
            if (at(line, i) > '7')
                base = 10;
        if (base == 10)
            number->prefix = 0;
    }
    if (base == 16 || base == 2)
        column += 2;
    for (number->value = 0; column - number->start < limit; column++) {
        int byte = at(line, column);
        unsigned digit = isdigit(byte)    ? (unsigned)(byte - '0')
                         : isxdigit(byte) ? (unsigned)((byte | 32) - 'a' + 10)
                                          : 99;
        if (digit >= base)
            break;
        number->value =
            number->value > (UINT64_MAX - digit) / base ? UINT64_MAX : number->value * base + digit;
    }
    number->length = column - number->start;
}

static void number_add(struct number *number, uint64_t amount, bool subtract)
{
    uint64_t old = number->value;
    if (number->negative)
        subtract = !subtract;
    number->value = subtract ? old - amount : old + amount;
    if (number->prefix)
        return;
    if (subtract && number->value > old) {
        number->value = 1 + (number->value ^ UINT64_MAX);
        number->negative = !number->negative;
    } else if (!subtract && number->value < old) {
        number->value = number->value ^ UINT64_MAX;
        number->negative = !number->negative;
    }
    if (number->value == 0)
        number->negative = false;
}

static void append_digits(struct bytes *out, const struct number *number, const struct line_bytes *line)
{
    bool upper = false;
    for (long i = 0; i < number->length; i++)
        if (isalpha(at(line, number->start + i)))
            upper = isupper(at(line, number->start + i));
    char digits[72];
    int size = 0;
    char kind = (char)(number->prefix | 32);
    if (kind == 'b') {
        for (uint64_t value = number->value; value || size == 0; value >>= 1)
            digits[size++] = (char)('0' + (value & 1));
        for (int i = 0; i < size / 2; i++) {
            char swap = digits[i];
            digits[i] = digits[size - 1 - i];
            digits[size - 1 - i] = swap;
        }
    } else {
        size = kind == 'x' && upper
                   ? snprintf(digits, sizeof digits, "%llX", (unsigned long long)number->value)
               : kind == 'x'    ? snprintf(digits, sizeof digits, "%llx", (unsigned long long)number->value)
               : number->prefix ? snprintf(digits, sizeof digits, "%llo", (unsigned long long)number->value)
                                : snprintf(digits, sizeof digits, "%llu", (unsigned long long)number->value);
    }
    long length = number->length;
    if (number->prefix) {
        bytes_append_byte(out, '0');
        length--;
    }
    if (kind == 'x' || kind == 'b') {
        bytes_append_byte(out, number->prefix);
        length--;
    }
    if (at(line, number->start) == '0')
        for (length -= size; length > 0; length--)
            bytes_append_byte(out, '0');
    bytes_append(out, digits, (size_t)size);
}

/* A letter moves within the alphabet. */
static void add_letter(struct editor *editor, size_t offset, int byte, uint64_t amount, bool subtract)
{
    int base = isupper(byte) ? 'A' : 'a', place = byte - base, most = amount > 25 ? 25 : (int)amount;
    place = subtract ? place - most : place + most;
    char letter = (char)(base + (place < 0 ? 0 : place > 25 ? 25 : place));
    editor_replace(editor, (struct span){ offset, offset + 1 }, &letter, 1);
    editor_set_cursor(editor, offset);
}

/* Adds to the number of a line at or behind `from`; in a selection only within [from, from + length). */
static bool add_in_line(struct editor *editor, size_t begin, long from, long length, bool selected,
                        uint64_t amount, bool subtract)
{
    struct text *text = editor_text(editor);
    struct number_form form = form_of(editor);
    size_t end = place_end(text, begin);
    char *bytes = text_copy(text, (struct span){ begin, end });
    struct line_bytes line = { bytes, (long)(end - begin) };
    struct number number = { .start = from };
    bool minus_stays = false, good = false;
    if (!selected) {
        number.start = number_start(&line, from, &form);
    } else {
        for (; length > 0 && at(&line, number.start) && !isdigit(at(&line, number.start)) &&
               !(form.letters && isalpha(at(&line, number.start)));
             length--)
            number.start++;
        if (number.start > from && at(&line, number.start - 1) == '-' && !form.is_unsigned)
            number.negative = true;
    }
    int first = at(&line, number.start);
    if (selected && length <= 0) {
        good = false;
    } else if (form.letters && isalpha(first)) {
        add_letter(editor, begin + (size_t)number.start, first, amount, subtract);
        good = true;
    } else if (isdigit(first)) {
        if (!selected && at(&line, number.start - 1) == '-' && !form.is_unsigned)
            number.negative = true;
        number_read(&line, selected ? length : line.size, &form, &number);
        bool had_minus = number.negative;
        if (number.prefix)
            minus_stays = number.negative, number.negative = false;
        number_add(&number, amount, subtract);
        struct bytes out = { 0 };
        if (number.negative)
            bytes_append_byte(&out, '-');
        append_digits(&out, &number, &line);
        size_t start = begin + (size_t)number.start - (had_minus && !minus_stays);
        struct span span = { start, begin + (size_t)(number.start + number.length) };
        editor_replace(editor, span, out.data, out.size);
        editor_set_cursor(editor, start + out.size - 1);
        bytes_free(&out);
        good = true;
    }
    free(bytes);
    return good;
}

static bool add(struct editor *editor, const struct call *call, bool subtract)
{
    struct text *text = editor_text(editor);
    size_t begin = place_begin(text, editor->window.cursor);
    return add_in_line(editor, begin, (long)(editor->window.cursor - begin), 0, false, call->count, subtract);
}

static bool add_one(struct editor *editor, const struct call *call)
{
    return add(editor, call, false);
}

static bool subtract_one(struct editor *editor, const struct call *call)
{
    return add(editor, call, true);
}

/* Argument: progressive (each line that changes adds more than the one before). */
static bool add_region(struct editor *editor, const struct call *call, const struct region *region,
                       bool subtract)
{
    size_t first = region_first_line(editor, region), last = region_last_line(editor, region);
    uint64_t amount = call->count;
    struct region row = *region;
    for (size_t line = first; line <= last; line++) {
        size_t begin = place_line_begin(editor_text(editor), line);
        struct span span;
        size_t end = place_end(editor_text(editor), begin);
        if (region->shape == SHAPE_BLOCK) {
            span = block_row(editor, region, begin).span;
        } else {
            span.start = line == first && row.span.start > begin ? row.span.start : begin;
            span.end =
                line == last && row.shape == SHAPE_CHARACTERS && row.span.end < end ? row.span.end : end;
        }
        size_t before = text_size(editor_text(editor));
        bool changed = add_in_line(editor, begin, (long)(span.start - begin), (long)(span.end - span.start),
                                   true, amount, subtract);
        row.span.end += text_size(editor_text(editor)) - before;
        if (changed && call->argument[0] == 'p')
            amount += call->count;
    }
    editor_set_cursor(editor, region->cursor);
    if (region->shape == SHAPE_LINES)
        editor_set_cursor(editor, region->span.start);
    return true;
}

static bool add_to_region(struct editor *editor, const struct call *call, const struct region *region)
{
    return add_region(editor, call, region, false);
}

static bool subtract_from_region(struct editor *editor, const struct call *call, const struct region *region)
{
    return add_region(editor, call, region, true);
}

enum { CHANGES = REPEATABLE | MODIFIES };

const struct command commands_number[] = {
    { "add",
      "adds to the number under or behind the cursor",
      COMMAND_ACTION,
      CHANGES,
      { .act = add_one },
      0 },
    { "subtract",
      "subtracts from the number under or behind the cursor",
      COMMAND_ACTION,
      CHANGES,
      { .act = subtract_one },
      0 },
    { "operator-add",
      "adds to the first number of each line; `progressive`",
      COMMAND_OPERATOR,
      CHANGES,
      { .operate = add_to_region },
      0 },
    { "operator-subtract",
      "subtracts from the first number of each line; `progressive`",
      COMMAND_OPERATOR,
      CHANGES,
      { .operate = subtract_from_region },
      0 },
    { 0 },
};
