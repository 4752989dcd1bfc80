/* line.c - a line of commands: RANGE NAME[!] ARGUMENT, several parted by bars. */
#include "editor/command/line.h"

#include "editor/command/pattern.h"
#include "editor/command/search.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

const char *skip_blanks(const char *text)
{
    while (*text == ' ' || *text == '\t')
        text++;
    return text;
}

static bool address_pattern(struct editor *editor, const char **text, size_t cursor_line, size_t *line)
{
    char delimiter = **text;
    const char *begin = ++*text;
    size_t length = pattern_end(begin, strlen(begin), delimiter, editor->options.magic);
    *text = begin + length + (begin[length] == delimiter);
    char *pattern = memory_copy(begin, length);
    bool backward = delimiter == '?';
    if (*pattern)
        search_remember(editor, pattern, backward, 0);
    struct pattern *compiled = pattern_use(editor, pattern);
    free(pattern);
    struct text *content = editor_text(editor);
    size_t begin_line = place_line_begin(content, cursor_line ? cursor_line - 1 : 0);
    size_t at = backward ? begin_line : cursor_line ? place_end(content, begin_line) : 0;
    struct match match;
    if (!compiled)
        return false;
    if (!search_step(editor, compiled, &at, backward, false, &match))
        return editor->message_is_error ? false
                                        : editor_error(editor, "not found: %s", editor->search.pattern);
    *line = place_line(content, at) + 1;
    return true;
}

static bool address_base(struct editor *editor, const char **text, size_t cursor_line, size_t *line,
                         bool *found)
{
    struct document *document = editor_document(editor);
    char first = **text;
    *found = true;
    if (isdigit((unsigned char)first)) {
        char *end;
        unsigned long number = strtoul(*text, &end, 10);
        *line = number > COUNT_LIMIT ? COUNT_LIMIT : number;
        *text = end;
    } else if (first == '.') {
        *line = cursor_line;
        ++*text;
    } else if (first == '$') {
        *line = document_lines(document);
        ++*text;
    } else if (first == '\'' && (*text)[1]) {
        size_t offset;
        uint32_t name = (unsigned char)(*text)[1];
        const struct jump *global = name >= 'A' && name <= 'Z' ? &editor->inside->marks[name - 'A'] : 0;
        bool set = global                       ? global->mark.set && global->document == document
                   : name == '<' || name == '>' ? selection_edge(editor, name == '<', &offset)
                                                : document_mark_offset(document, name, &offset);
        if (!set)
            return editor_error(editor, "mark %c is not set", (char)name);
        *line = (global ? global->mark.line : place_line(document->text, offset)) + 1;
        *text += 2;
    } else if (first == '/' || first == '?') {
        return address_pattern(editor, text, cursor_line, line);
    } else if (first == '\\' && (*text)[1] && strchr("/?&", (*text)[1])) {
        const char *again = (*text)[1] == '?' ? "?" : "/";
        *text += 2;
        return address_pattern(editor, &again, cursor_line, line);
    } else {
        *found = false;
        *line = cursor_line;
    }
    return true;
}

bool address_read(struct editor *editor, const char **text, size_t cursor_line, size_t *line, bool *found)
{
    *text = skip_blanks(*text);
    if (!address_base(editor, text, cursor_line, line, found))
        return false;
    for (;;) {
        *text = skip_blanks(*text);
        char sign = **text;
        if (*found && (sign == '/' || sign == '?')) {
            if (!address_pattern(editor, text, *line, line))
                return false;
            continue;
        }
        bool bare = isdigit((unsigned char)sign) && *found;
        if (sign != '+' && sign != '-' && !bare)
            return true;
        if (!bare)
            ++*text;
        unsigned long distance = 1;
        if (isdigit((unsigned char)**text)) {
            char *end;
            distance = strtoul(*text, &end, 10);
            distance = distance > COUNT_LIMIT ? COUNT_LIMIT : distance;
            *text = end;
        }
        *found = true;
        if (sign == '-' && distance > *line)
            return editor_error(editor, "the range begins before the first line");
        *line = sign == '-' ? *line - distance : *line + distance;
    }
}

struct range {
    size_t lines[2];
    size_t count;
    bool exact; /* '<,'> from a selection */
};

static bool range_read(struct editor *editor, const char **text, struct range *range)
{
    struct document *document = editor_document(editor);
    size_t cursor_line = place_line(document->text, editor->window.cursor) + 1;
    *range = (struct range){ .lines = { cursor_line, cursor_line } };
    *text = skip_blanks(*text);
    range->exact = !strncmp(*text, "'<,'>", 5) && editor->inside->selection_exact;
    if (**text == '%') {
        ++*text;
        *range = (struct range){ { 1, document_lines(document) }, 2, false };
        return true;
    }
    if (**text == '*' && editor->inside->selection.set) {
        static const char selection[] = "'<,'>";
        const char *at = selection;
        ++*text;
        return range_read(editor, &at, range);
    }
    for (;;) {
        size_t line;
        bool found;
        if (!address_read(editor, text, cursor_line, &line, &found))
            return false;
        char separator = **text;
        if (!found && separator != ',' && separator != ';') {
            if (range->count == 0)
                return true;
            line = cursor_line;
        }
        range->lines[0] = range->lines[1];
        range->lines[1] = line;
        range->count += range->count < 2;
        if (range->count == 1)
            range->lines[0] = line;
        if (separator != ',' && separator != ';')
            return true;
        ++*text;
        if (separator == ';') {
            cursor_line = line;
            if (line && line <= document_lines(document))
                editor->window.cursor = place_wanted(editor, place_line_begin(document->text, line - 1));
        }
    }
}

/* The name at the text: letters, or one special character. */
static size_t name_size(const char *text)
{
    size_t size = 0;
    if (strchr("<>", *text) && *text)
        return 1;
    if (*text == '&')
        return text[1] == '&' ? 2 : 1;
    if (strchr("!=@#*~", *text) && *text)
        return 1;
    if (*text == 'k' && isalpha((unsigned char)text[1]) && !isalpha((unsigned char)text[2]))
        return 1;
    while (isalpha((unsigned char)text[size]) ||
           (size && text[size] == '-' && isalpha((unsigned char)text[size + 1])))
        size++;
    return size;
}

static const struct command *find_name(const char *text, size_t *size)
{
    *size = name_size(text);
    const struct command *command = command_find_line(text, *size);
    const char *dash = memchr(text, '-', *size);
    if (!command && dash) {
        *size = (size_t)(dash - text);
        command = command_find_line(text, *size);
    }
    if (!command && *text == 's' && *size > 1) {
        *size = 1;
        command = command_find_line(text, 1);
    }
    return command;
}

/* Copies the argument up to a bar (a backslash takes it as it is); *text goes to what follows. */
static char *argument_take(const char **text, bool to_end)
{
    struct bytes out = { 0 };
    const char *at = *text;
    for (; *at && (to_end || *at != '|'); at++) {
        if (!to_end && *at == '\\' && at[1] == '|')
            at++;
        bytes_append_byte(&out, *at);
    }
    *text = *at ? at + 1 : at;
    while (!to_end && out.size && (out.data[out.size - 1] == ' ' || out.data[out.size - 1] == '\t'))
        out.data[--out.size] = 0;
    return bytes_take(&out);
}

static bool range_check(struct editor *editor, const struct command *command, const struct range *range)
{
    if (!range->count)
        return true;
    size_t lines = document_lines(editor_document(editor));
    if (command->flags & LINE_NO_RANGE)
        return editor_error(editor, ":%s takes no range", command->name);
    if (range->lines[1] > lines || (range->lines[0] > lines && range->count == 2))
        return editor_error(editor, "the range ends behind the last line, %zu", lines);
    return true;
}

static struct call call_of_range(const struct editor *editor, const struct command *command,
                                 const struct range *range)
{
    struct call call = { .command = command, .count = 1, .addresses = range->count, .argument = "" };
    size_t first = range->lines[0], last = range->lines[1];
    if (first > last) {
        size_t swap = first;
        first = last;
        last = swap;
    }
    if (command && command->flags & LINE_WHOLE_DEFAULT && range->count == 0) {
        first = 1;
        last = document_lines(editor_document(editor));
    }
    call.before_first = last == 0;
    call.first = first ? first - 1 : 0;
    call.last = last ? last - 1 : 0;
    call.range = range->count == 0 ? RANGE_NONE : range->exact ? RANGE_SELECTION : RANGE_LINES;
    return call;
}

static bool run_named(struct editor *editor, struct call *call)
{
    const struct command *command = call->command;
    if (command->flags & MODIFIES && editor_document(editor)->readonly)
        return editor_error(editor, "the document is read-only");
    if (command->kind == COMMAND_LINE)
        return command->act(editor, call);
    if (command->kind == COMMAND_ACTION && !(command->flags & (TAKES_CHARACTER | KEEPS_PENDING)))
        return command->act(editor, call);
    if (command->kind == COMMAND_OPERATOR && !(command->flags & TAKES_CHARACTER)) {
        struct region region;
        editor_call_region(editor, call, &region);
        return command->operate(editor, call, &region);
    }
    editor->inside->failed = false;
    input_dispatch(editor, command, call->argument, (struct key){ 0 });
    return !editor->inside->failed;
}

static bool go_to_range(struct editor *editor, const struct range *range)
{
    struct text *text = editor_text(editor);
    size_t lines = place_lines(text), line = range->lines[1] ? range->lines[1] - 1 : 0;
    if (line >= lines)
        line = lines - 1;
    jump_remember(editor);
    editor_set_cursor(editor, place_nonblank(text, place_line_begin(text, line)));
    return true;
}

/* One command at *text; *text goes behind it. */
static bool run_one(struct editor *editor, const char **text)
{
    struct range range;
    while (**text == ':' || **text == ' ' || **text == '\t')
        ++*text;
    if (**text == '"') {
        *text += strlen(*text);
        return true;
    }
    if (!range_read(editor, text, &range))
        return false;
    *text = skip_blanks(*text);
    while (**text == ':')
        ++*text;
    if (!**text || **text == '|') {
        bool moves = range.count > 0;
        *text += **text == '|';
        return moves ? go_to_range(editor, &range) : true;
    }
    size_t size;
    const struct command *command = find_name(*text, &size);
    if (!command || size == 0) {
        int length = (int)(size ? size : strcspn(*text, " |"));
        return editor_error(editor, "no command is called %.*s", length, *text);
    }
    *text += size;
    if (!range_check(editor, command, &range))
        return false;
    struct call call = call_of_range(editor, command, &range);
    if (**text == '!' && **text) {
        call.forced = true;
        ++*text;
    }
    bool whole = command->flags & LINE_TAKES_BAR;
    const char *behind = skip_blanks(*text);
    if (command->flags & LINE_TIGHT)
        behind = *text;
    char *argument = argument_take(&behind, whole);
    call.argument = argument;
    editor->inside->line_rest = 0;
    bool good = run_named(editor, &call);
    *text = behind;
    if (whole && editor->inside->line_rest)
        *text = behind - strlen(editor->inside->line_rest);
    free(argument);
    return good;
}

bool line_run(struct editor *editor, const char *line)
{
    struct editor_inside *inside = editor->inside;
    if (inside->depth >= NESTING_LIMIT)
        return editor_error(editor, "commands are nested too deep");
    inside->depth++;
    bool good = true;
    do
        good = run_one(editor, &line);
    while (good && *line && !editor->quit);
    inside->depth--;
    return good;
}

bool line_count_read(struct editor *editor, const char *text, struct call *call)
{
    text = skip_blanks(text);
    if (!*text)
        return true;
    char *end;
    unsigned long count = strtoul(text, &end, 10);
    if (!isdigit((unsigned char)*text) || *skip_blanks(end))
        return editor_error(editor, "%s is no count of lines", text);
    if (count == 0)
        return editor_error(editor, "a count is 1 at least");
    size_t lines = document_lines(editor_document(editor));
    call->first = call->last;
    call->last = count < lines - call->first ? call->first + count - 1 : lines - 1;
    return true;
}

bool line_register_read(struct editor *editor, struct call *call)
{
    const char *text = call->argument;
    if (*text && !isdigit((unsigned char)*text)) {
        if (!isalpha((unsigned char)*text) && !strchr("\"-_*+", *text))
            return editor_error(editor, "%s is no register", text);
        call->reg = (unsigned char)*text++;
        if (call->reg == '"')
            call->reg = 0;
    }
    return line_count_read(editor, text, call);
}

struct span line_span(const struct editor *editor, size_t first, size_t last)
{
    return region_of_lines(editor, first, last).span;
}
