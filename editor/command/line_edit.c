/* line_edit.c - commands on ranges of lines. */
#include "editor/command/line.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool go_line(struct editor *editor, size_t line)
{
    struct text *text = editor_text(editor);
    editor_set_cursor(editor, place_nonblank(text, place_line_begin(text, line)));
    return true;
}

static bool run_operator(struct editor *editor, const char *name, struct call *call)
{
    const struct command *command = command_find(name, strlen(name));
    struct region region = region_of_lines(editor, call->first, call->last);
    struct call operation = *call;
    operation.command = command;
    operation.argument = "";
    editor->window.cursor = region.span.start;
    document_begin_at(editor_document(editor), region.span.start);
    return command->operate(editor, &operation, &region);
}

static bool delete_lines(struct editor *editor, const struct call *call)
{
    struct call own = *call;
    if (!line_register_read(editor, &own))
        return false;
    return run_operator(editor, "operator-delete", &own);
}

static bool yank_lines(struct editor *editor, const struct call *call)
{
    struct call own = *call;
    size_t cursor = editor->window.cursor;
    if (!line_register_read(editor, &own))
        return false;
    bool good = run_operator(editor, "operator-yank", &own);
    editor_set_cursor(editor, cursor);
    return good;
}

static bool put_lines(struct editor *editor, const struct call *call)
{
    struct yank yank;
    uint32_t name = (unsigned char)call->argument[0];
    struct text *text = editor_text(editor);
    editor->window.cursor = place_line_begin(text, call->last);
    if (!register_read(editor, name, &yank)) {
        editor_set_cursor(editor, place_wanted(editor, editor->window.cursor));
        mark_changed(editor, editor->window.cursor, editor->window.cursor);
        return editor_error(editor, "the register is empty");
    }
    yank.shape = SHAPE_LINES;
    bool before = call->forced || call->before_first;
    text_put(editor, &yank, 1, before, false);
    free(yank.bytes);
    size_t line = document_mark(editor_document(editor), ']')->line;
    return go_line(editor, line);
}

/* The line behind which :move and :copy put: from 1, 0 for above the first. */
static bool destination(struct editor *editor, const struct call *call, size_t *line)
{
    const char *text = call->argument;
    bool found;
    size_t here = place_line(editor_text(editor), editor->window.cursor) + 1;
    if (!address_read(editor, &text, here, line, &found))
        return false;
    if (!found)
        return editor_error(editor, ":%s needs the line to go to", call->command->name);
    if (*line > place_lines(editor_text(editor)))
        return editor_error(editor, "there is no line %zu", *line);
    return true;
}

static size_t behind_line(const struct editor *editor, size_t line)
{
    return line == 0 ? 0 : line_span(editor, line - 1, line - 1).end;
}

static bool copy_lines(struct editor *editor, const struct call *call)
{
    size_t line, count = call->last - call->first + 1;
    if (!destination(editor, call, &line))
        return false;
    document_ensure_line(editor_document(editor));
    size_t at = behind_line(editor, line);
    struct text *before = text_keep(editor_text(editor));
    document_splice(editor_document(editor), (struct span){ at, at }, before,
                    line_span(editor, call->first, call->last));
    text_free(before);
    mark_changed(editor, at, at);
    return go_line(editor, line + count - 1);
}

static bool move_lines(struct editor *editor, const struct call *call)
{
    size_t line, count = call->last - call->first + 1;
    if (!destination(editor, call, &line))
        return false;
    if (line > call->first && line <= call->last)
        return editor_error(editor, "lines cannot be moved into themselves");
    if (line == call->first || line == call->last + 1)
        return go_line(editor, call->last);
    struct document *document = editor_document(editor);
    struct span span = line_span(editor, call->first, call->last);
    struct mark marks[MARK_COUNT];
    memcpy(marks, document->marks, sizeof marks);
    size_t at = behind_line(editor, line), size = span.end - span.start;
    struct text *before = text_keep(document->text);
    document_splice(document, (struct span){ at, at }, before, span);
    text_free(before);
    size_t start = span.start + (at <= span.start ? size : 0);
    document_replace(document, (struct span){ start, start + size }, "", 0);
    size_t first = line > call->last ? line - count : line;
    for (int i = 0; i < 26; i++)
        if (marks[i].set && marks[i].line >= call->first && marks[i].line <= call->last) {
            document->marks[i] = marks[i];
            document->marks[i].line += first - call->first;
        }
    return go_line(editor, first + count - 1);
}

static bool join(struct editor *editor, const struct call *call)
{
    struct call own = *call;
    const char *count = skip_blanks(call->argument);
    if (*count && !line_count_read(editor, count, &own))
        return false;
    size_t lines = place_lines(editor_text(editor));
    if (own.first == own.last && (own.addresses < 2 || *count)) {
        editor_set_cursor(editor, place_wanted(editor, place_line_begin(editor_text(editor), own.first)));
        if (own.last + 1 >= lines)
            return *count ? true : false;
        if (!*count || strtoul(count, 0, 10) < 2)
            own.last++;
    }
    if (own.first == own.last)
        return true;
    lines_join(editor, own.first, own.last, !call->forced);
    return go_line(editor, own.first);
}

/* :> and :<, deeper for each repetition of the sign. */
static bool shift(struct editor *editor, const struct call *call, char sign)
{
    struct call own = *call;
    const char *text = call->argument;
    long steps = 1;
    for (; *text == sign || *text == ' '; text++)
        steps += *text == sign;
    if (!line_count_read(editor, text, &own))
        return false;
    for (size_t line = own.first; line <= own.last; line++) {
        size_t begin = place_line_begin(editor_text(editor), line);
        if (!place_is_empty_line(editor_text(editor), begin))
            indent_shift(editor, begin, sign == '>' ? steps : -steps, editor->options.shiftround);
    }
    return go_line(editor, own.last);
}

static bool shift_right(struct editor *editor, const struct call *call)
{
    return shift(editor, call, '>');
}

static bool shift_left(struct editor *editor, const struct call *call)
{
    return shift(editor, call, '<');
}

/* Lines typed on the command line until one with a dot alone. */
static bool collect(struct editor *editor, void *user, const char *text)
{
    size_t *line = user;
    if (!text || !strcmp(text, ".")) {
        free(line);
        return true;
    }
    document_ensure_line(editor_document(editor));
    size_t at = behind_line(editor, *line);
    struct bytes bytes = { 0 };
    bytes_append_text(&bytes, text);
    bytes_append_byte(&bytes, '\n');
    bool first = text_size(editor_text(editor)) == 1 && editor->inside->replaces_empty;
    editor_replace(editor, (struct span){ first ? 0 : at, first ? 1 : at }, bytes.data, bytes.size);
    editor->inside->replaces_empty = false;
    bytes_free(&bytes);
    ++*line;
    go_line(editor, *line - 1);
    editor_ask(editor, "", collect, line);
    return true;
}

static bool collect_behind(struct editor *editor, size_t line)
{
    size_t *place = memory_new(sizeof *place);
    *place = line;
    editor_ask(editor, "", collect, place);
    return true;
}

static bool append(struct editor *editor, const struct call *call)
{
    return collect_behind(editor, call->before_first ? 0 : call->last + 1);
}

static bool insert(struct editor *editor, const struct call *call)
{
    return collect_behind(editor, call->last);
}

static bool change(struct editor *editor, const struct call *call)
{
    struct call own = *call;
    if (!line_count_read(editor, call->argument, &own))
        return false;
    size_t first = own.first;
    own.reg = '_';
    run_operator(editor, "operator-delete", &own);
    editor->inside->replaces_empty = text_size(editor_text(editor)) == 0;
    return collect_behind(editor, first);
}

/* A line with the tabs, and with `all` the blanks too, of every run of them made anew for `width`. */
static bool respace(struct editor *editor, size_t begin, size_t width, bool all, struct bytes *out)
{
    struct text *text = editor_text(editor);
    size_t old = (size_t)editor->options.tabstop, end = place_end(text, begin), column = 0, at = begin;
    bool changed = false;
    while (at < end) {
        size_t run = at, run_column = column;
        bool tabs = false;
        for (; at < end && code_is_blank(place_code(text, at)); at++) {
            tabs = tabs || text_byte(text, at) == '\t';
            column += place_width(text, at, column, old);
        }
        if (at > run && (tabs || (all && at - run > 1))) {
            size_t before = out->size;
            editor->options.tabstop = (long)width;
            blanks_append(editor, out, run_column, column);
            editor->options.tabstop = (long)old;
            changed = changed || tabs || out->size - before != at - run;
            continue;
        }
        size_t next = at > run ? at : place_next(text, at);
        column += at > run ? 0 : place_width(text, at, column, old);
        char *bytes = text_copy(text, (struct span){ run, next });
        bytes_append(out, bytes, next - run);
        free(bytes);
        at = next;
    }
    return changed;
}

/* Tabs and blanks made anew by the options; an argument sets tabstop; !: blanks become tabs. */
static bool retab(struct editor *editor, const struct call *call)
{
    char *end;
    long width = strtol(call->argument, &end, 10);
    if (*end || width < 0 || width > 1000)
        return editor_error(editor, ":retab takes a number of columns");
    if (!width)
        width = editor->options.tabstop;
    size_t cursor = editor->window.cursor, here = place_line(editor_text(editor), cursor);
    size_t column = cursor - place_begin(editor_text(editor), cursor);
    for (size_t line = call->first; line <= call->last && line < place_lines(editor_text(editor)); line++) {
        size_t begin = place_line_begin(editor_text(editor), line);
        struct bytes out = { 0 };
        if (respace(editor, begin, (size_t)width, call->forced, &out))
            editor_replace(editor, (struct span){ begin, place_end(editor_text(editor), begin) },
                           out.data ? out.data : "", out.size);
        bytes_free(&out);
    }
    editor->options.tabstop = width;
    struct text *text = editor_text(editor);
    size_t begin = place_line_begin(text, here), stop = place_end(text, begin);
    editor_set_cursor(editor, place_snap(text, begin + column < stop ? begin + column : stop));
    return true;
}

enum { CHANGES = MODIFIES };

const struct command commands_line_edit[] = {
    { "delete", "deletes lines: [register] [count]", COMMAND_LINE, CHANGES, { .act = delete_lines }, 1 },
    { "yank", "copies lines: [register] [count]", COMMAND_LINE, 0, { .act = yank_lines }, 1 },
    { "put",
      "puts a register behind the line; !: before it",
      COMMAND_LINE,
      CHANGES | LINE_COUNTS,
      { .act = put_lines },
      2 },
    { "move", "moves lines behind another", COMMAND_LINE, CHANGES, { .act = move_lines }, 1 },
    { "copy", "copies lines behind another", COMMAND_LINE, CHANGES, { .act = copy_lines }, 2 },
    { "t", "copies lines behind another", COMMAND_LINE, CHANGES, { .act = copy_lines }, 1 },
    { "join", "joins lines; !: without blanks", COMMAND_LINE, CHANGES, { .act = join }, 1 },
    { ">", "shifts lines right", COMMAND_LINE, CHANGES, { .act = shift_right }, 1 },
    { "<", "shifts lines left", COMMAND_LINE, CHANGES, { .act = shift_left }, 1 },
    { "append",
      "asks for lines to put behind the line; a dot ends them",
      COMMAND_LINE,
      CHANGES | LINE_COUNTS,
      { .act = append },
      1 },
    { "insert",
      "asks for lines to put before the line",
      COMMAND_LINE,
      CHANGES | LINE_COUNTS,
      { .act = insert },
      1 },
    { "change", "asks for lines to put in place of lines", COMMAND_LINE, CHANGES, { .act = change }, 1 },
    { "retab",
      "makes tabs and blanks anew; !: tabs of blanks",
      COMMAND_LINE,
      CHANGES | LINE_WHOLE_DEFAULT,
      { .act = retab },
      3 },
    { 0 },
};
