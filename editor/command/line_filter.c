/* line_filter.c - text through other programs: !, :r !, :w !. */
#include "editor/command/filter.h"
#include "editor/command/line.h"
#include "editor/text/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Puts the last command in place of an unescaped !. NULL: there was none, with a message. */
static char *command_expand(struct editor *editor, const char *text)
{
    struct bytes out = { 0 };
    const char *last = editor->inside->last_filter;
    for (; *text; text++) {
        if (*text == '\\' && text[1] == '!') {
            bytes_append_byte(&out, *++text);
        } else if (*text == '!') {
            if (!last) {
                editor_error(editor, "there is no command yet");
                bytes_free(&out);
                return 0;
            }
            bytes_append_text(&out, last);
        } else {
            bytes_append_byte(&out, *text);
        }
    }
    char *command = bytes_take(&out);
    char *copy = memory_copy(command, strlen(command));
    free(editor->inside->last_filter);
    editor->inside->last_filter = copy;
    return command;
}

/* What a command writes, given the lines of a span; false with a message. */
static bool filter(struct editor *editor, const char *command, struct span span, struct bytes *out)
{
    struct error error = { "" };
    char *input = text_copy(editor_text(editor), span);
    bool good = filter_run(editor->options.shell, command, input, span.end - span.start, out, &error);
    free(input);
    return good || editor_error(editor, "%s", error.text);
}

static void replace_lines(struct editor *editor, struct span span, struct bytes *out)
{
    if (out->size && out->data[out->size - 1] != '\n')
        bytes_append_byte(out, '\n');
    document_ensure_line(editor_document(editor));
    editor_replace(editor, span, out->data ? out->data : "", out->size);
}

static bool bang(struct editor *editor, const struct call *call)
{
    char *command = command_expand(editor, call->argument);
    struct bytes out = { 0 };
    if (!command)
        return false;
    bool good;
    if (call->addresses == 0) {
        good = filter(editor, command, (struct span){ 0, 0 }, &out);
        if (good && out.size)
            bytes_append(&editor->listing, out.data, out.size);
    } else {
        struct span span = line_span(editor, call->first, call->last);
        good = filter(editor, command, span, &out);
        if (good) {
            replace_lines(editor, span, &out);
            struct text *text = editor_text(editor);
            mark_changed(editor, span.start, span.start + (out.size ? out.size - 1 : 0));
            editor_set_cursor(editor, place_nonblank(text, place_line_begin(text, call->first)));
        }
    }
    bytes_free(&out);
    free(command);
    return good;
}

static bool read_in(struct editor *editor, const struct call *call, const char *bytes, size_t size)
{
    document_ensure_line(editor_document(editor));
    size_t line = call->before_first ? 0 : call->last + 1;
    size_t at = line == 0 ? 0 : line_span(editor, line - 1, line - 1).end;
    struct bytes out = { 0 };
    bytes_append(&out, bytes, size);
    if (size && bytes[size - 1] != '\n')
        bytes_append_byte(&out, '\n');
    if (out.size)
        editor_replace(editor, (struct span){ at, at }, out.data, out.size);
    size_t lines = 0;
    for (size_t i = 0; i < out.size; i++)
        lines += out.data[i] == '\n';
    bytes_free(&out);
    struct text *text = editor_text(editor);
    bool command = call->argument[0] == '!' || call->forced;
    size_t target = command && lines ? line + lines - 1 : line;
    mark_changed(editor, at, at);
    editor_set_cursor(editor, place_nonblank(text, place_line_begin(text, target)));
    return true;
}

static bool read_file(struct editor *editor, const struct call *call)
{
    struct bytes out = { 0 };
    struct error error = { "" };
    bool good;
    if (call->argument[0] == '!' || call->forced) {
        char *command = command_expand(editor, call->argument + (call->argument[0] == '!'));
        good = command && filter(editor, command, (struct span){ 0, 0 }, &out);
        free(command);
        good = good && read_in(editor, call, out.data ? out.data : "", out.size);
        bytes_free(&out);
        return good;
    }
    const char *path = *call->argument ? call->argument : editor_document(editor)->path;
    struct file file;
    if (!path)
        return editor_error(editor, ":read needs the name of a file");
    if (!file_read(path, 0, &file, &error))
        return editor_error(editor, "%s", error.text);
    if (!file.stamp.exists) {
        text_free(file.text);
        return editor_error(editor, "%s does not exist", path);
    }
    char *bytes = text_copy(file.text, (struct span){ 0, text_size(file.text) });
    good = read_in(editor, call, bytes, text_size(file.text));
    free(bytes);
    text_free(file.text);
    return good;
}

/* The ! operator: asks for the program with the lines as its range. */
static bool filter_region(struct editor *editor, const struct call *call, const struct region *region)
{
    (void)call;
    char range[64];
    size_t first = region_first_line(editor, region), last = region_last_line(editor, region);
    editor_set_cursor(editor, place_line_begin(editor_text(editor), first));
    if (first == last)
        snprintf(range, sizeof range, ".!");
    else
        snprintf(range, sizeof range, ".,.+%zu!", last - first);
    prompt_open(editor, ':', range);
    return true;
}

const struct command commands_line_filter[] = {
    { "!",
      "runs a program; with a range it filters the lines",
      COMMAND_LINE,
      MODIFIES | LINE_TAKES_BAR,
      { .act = bang },
      1 },
    { "read",
      "puts a file behind the line; !PROGRAM: what a program writes",
      COMMAND_LINE,
      MODIFIES | LINE_TAKES_BAR | LINE_COUNTS,
      { .act = read_file },
      1 },
    { "operator-filter",
      "asks for a program that lines go through",
      COMMAND_OPERATOR,
      MODIFIES | OPERATOR_ON_LINES | OPERATOR_CLIPS,
      { .operate = filter_region },
      0 },
    { 0 },
};
