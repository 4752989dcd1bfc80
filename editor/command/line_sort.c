/* line_sort.c - :sort */
#include "editor/command/line.h"
#include "editor/command/pattern.h"
#include "editor/command/search.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct sort_line {
    const char *bytes; /* ended by a 0 byte */
    size_t size, key_start, key_end, order;
    long double number;
    bool has_number;
};

struct sort_options {
    bool reverse, unique, ignore_case, keeps_match;
    char number; /* 'n' 'x' 'o' 'b' 'f', 0: by text */
};

static int compare_text(const struct sort_line *left, const struct sort_line *right, bool ignore_case)
{
    size_t left_size = left->key_end - left->key_start, right_size = right->key_end - right->key_start;
    size_t size = left_size < right_size ? left_size : right_size;
    const char *a = left->bytes + left->key_start, *b = right->bytes + right->key_start;
    int order = ignore_case ? strncasecmp(a, b, size) : memcmp(a, b, size);
    return order ? order : left_size < right_size ? -1 : left_size > right_size;
}

static int compare_keys(const struct sort_line *left, const struct sort_line *right,
                        const struct sort_options *options)
{
    if (!options->number)
        return compare_text(left, right, options->ignore_case);
    if (left->has_number != right->has_number)
        return left->has_number ? 1 : -1;
    if (!left->has_number)
        return 0;
    return left->number < right->number ? -1 : left->number > right->number;
}

static int compare_lines(const void *left, const void *right, void *user)
{
    const struct sort_line *a = left, *b = right;
    const struct sort_options *options = user;
    int order = compare_keys(a, b, options);
    if (order == 0)
        order = a->order < b->order ? -1 : a->order > b->order;
    return options->reverse ? -order : order;
}

static void read_number(struct sort_line *line, char kind)
{
    const char *at = line->bytes + line->key_start, *end = line->bytes + line->key_end;
    while (at < end && !isdigit((unsigned char)*at) && !(kind == 'x' && isxdigit((unsigned char)*at)))
        at++;
    line->has_number = at < end;
    if (at == end)
        return;
    bool negative = at > line->bytes && at[-1] == '-';
    line->number = kind == 'f'   ? strtold(at, 0)
                   : kind == 'x' ? (long double)strtoull(at, 0, 16)
                   : kind == 'o' ? (long double)strtoull(at, 0, 8)
                   : kind == 'b' ? (long double)strtoull(at, 0, 2)
                                 : (long double)strtoull(at, 0, 10);
    if (negative)
        line->number = -line->number;
}

static bool read_options(struct editor *editor, const struct call *call, struct sort_options *options,
                         struct pattern **pattern)
{
    options->reverse = call->forced;
    for (const char *at = call->argument; *at; at++) {
        if (*at == 'i')
            options->ignore_case = true;
        else if (*at == 'u')
            options->unique = true;
        else if (*at == 'r')
            options->keeps_match = true;
        else if (strchr("nxobf", *at))
            options->number = *at;
        else if (ispunct((unsigned char)*at) && *at != '"') {
            size_t length = pattern_end(at + 1, strlen(at + 1), *at, editor->options.magic);
            char *text = memory_copy(at + 1, length);
            *pattern = pattern_use(editor, text);
            if (*text)
                search_remember(editor, text, false, 0);
            free(text);
            if (!*pattern)
                return false;
            at += length + (at[1 + length] != 0);
        } else if (*at != ' ') {
            return editor_error(editor, ":sort does not know the option %c", *at);
        }
    }
    return true;
}

static void set_key(struct editor *editor, struct pattern *pattern, const struct sort_options *options,
                    size_t offset, struct sort_line *line)
{
    struct match match;
    line->key_end = line->size;
    if (!pattern)
        return;
    if (!pattern_forward(editor, pattern, offset, offset + line->size, &match)) {
        line->key_start = line->key_end = 0;
        return;
    }
    size_t start = match.groups[0].start - offset, end = match.groups[0].end - offset;
    line->key_start = options->keeps_match ? start : end;
    line->key_end = options->keeps_match ? end : line->size;
    if (line->key_end > line->size)
        line->key_end = line->size;
    if (line->key_start > line->key_end)
        line->key_start = line->key_end;
}

static void write_sorted(struct editor *editor, const struct sort_line *lines, size_t count, struct span span,
                         const struct sort_options *options)
{
    struct bytes out = { 0 };
    for (size_t i = 0; i < count; i++) {
        if (options->unique && i > 0 && compare_keys(&lines[i - 1], &lines[i], options) == 0)
            continue;
        bytes_append(&out, lines[i].bytes, lines[i].size);
        bytes_append_byte(&out, '\n');
    }
    char *old = text_copy(editor_text(editor), span);
    if (out.size != span.end - span.start || memcmp(out.data, old, out.size))
        editor_replace(editor, span, out.data, out.size);
    free(old);
    bytes_free(&out);
}

static bool sort(struct editor *editor, const struct call *call)
{
    struct sort_options options = { 0 };
    struct pattern *pattern = 0;
    if (!read_options(editor, call, &options, &pattern))
        return false;
    size_t count = call->last - call->first + 1;
    if (count < 2)
        return true;
    struct span span = line_span(editor, call->first, call->last);
    char *bytes = text_copy(editor_text(editor), span), *at = bytes;
    struct sort_line *lines = memory_new_zero(count * sizeof *lines);
    for (size_t i = 0; i < count; i++) {
        char *end = strchrnul(at, '\n');
        char *feed = memchr(at, '\n', (size_t)(bytes + (span.end - span.start) - at));
        if (feed)
            end = feed;
        lines[i] = (struct sort_line){ .bytes = at, .size = (size_t)(end - at), .order = i };
        set_key(editor, pattern, &options, span.start + (size_t)(at - bytes), &lines[i]);
        *end = 0;
        if (options.number)
            read_number(&lines[i], options.number);
        at = feed ? feed + 1 : end;
    }
    qsort_r(lines, count, sizeof *lines, compare_lines, &options);
    write_sorted(editor, lines, count, span, &options);
    free(lines);
    free(bytes);
    editor_set_cursor(
        editor, place_nonblank(editor_text(editor), place_line_begin(editor_text(editor), call->first)));
    return true;
}

const struct command commands_line_sort[] = {
    { "sort",
      "sorts lines; n x o b f: by numbers, i: whatever the case, u: each once, r /…/: by the match",
      COMMAND_LINE,
      MODIFIES | LINE_WHOLE_DEFAULT | LINE_TAKES_BAR,
      { .act = sort },
      3 },
    { 0 },
};
