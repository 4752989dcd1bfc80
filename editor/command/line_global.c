/* line_global.c - :global, :vglobal and :normal. */
#include "editor/command/line.h"

#include "editor/command/pattern.h"
#include "editor/command/search.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static void mark_lines(struct editor *editor, struct pattern *pattern, struct line_walk *walk,
                       const struct call *call, bool inverted)
{
    struct text *text = editor_text(editor);
    struct span span = line_span(editor, call->first, call->last);
    size_t line = span.start, size = text_size(text);
    struct match match;
    while (line < span.end || (line == 0 && size == 0)) {
        bool found = pattern_forward(editor, pattern, line, span.end ? span.end - 1 : 0, &match);
        size_t hit = found ? place_begin(text, match.groups[0].start) : span.end;
        for (; inverted && line < hit; line = place_end(text, line) + 1)
            walk_add(walk, line);
        if (!found)
            return;
        if (!inverted)
            walk_add(walk, hit);
        line = place_end(text, hit) + 1;
        if (size == 0)
            return;
    }
}

static bool walk_lines(struct editor *editor, struct line_walk *walk, const char *command)
{
    struct editor_inside *inside = editor->inside;
    size_t offset;
    bool good = true;
    inside->global_depth++;
    while (good && walk_next(walk, &offset)) {
        if (editor->interrupted && editor->interrupted(editor->interrupted_user))
            good = editor_error(editor, "stopped");
        editor_set_cursor(editor, offset);
        editor->message_is_error = false;
        line_run(editor, command);
        good = good && !editor->quit && !editor->message_is_error && inside->budget > 0;
    }
    inside->global_depth--;
    return good;
}

static bool global(struct editor *editor, const struct call *call, bool inverted)
{
    if (editor->inside->global_depth > 0)
        return editor_error(editor, ":global cannot run itself");
    const char *text = call->argument;
    char delimiter = *text;
    if (!delimiter || isalnum((unsigned char)delimiter) || delimiter == '\\' || delimiter == '"')
        return editor_error(editor, ":global needs /PATTERN/COMMAND");
    size_t length = pattern_end(text + 1, strlen(text + 1), delimiter, editor->options.magic);
    char *source = memory_copy(text + 1, length);
    const char *command = text + 1 + length + (text[1 + length] == delimiter);
    if (*source)
        search_remember(editor, source, false, 0);
    struct pattern *pattern = pattern_use(editor, source);
    free(source);
    if (!pattern)
        return false;
    struct line_walk walk;
    struct document *document = editor_document(editor);
    walk_begin(&walk, document);
    mark_lines(editor, pattern, &walk, call, inverted);
    bool good = walk.count > 0 || editor_error(editor, "not found: %s", editor->search.pattern);
    if (good)
        good = walk_lines(editor, &walk, *command ? command : "print");
    walk_end(&walk, document);
    return good;
}

static bool matching(struct editor *editor, const struct call *call)
{
    return global(editor, call, call->forced);
}

static bool others(struct editor *editor, const struct call *call)
{
    return global(editor, call, true);
}

/* Keys typed on each line of the range, or once where the cursor is. */
static bool normal(struct editor *editor, const struct call *call)
{
    struct key_list keys = { 0 };
    size_t size = strlen(call->argument);
    for (size_t at = 0; at < size;) {
        struct key key;
        at += key_decode(call->argument + at, size - at, &key);
        key_list_add(&keys, key);
    }
    bool good = true;
    if (call->addresses == 0) {
        good = input_run_nested(editor, keys.keys, keys.count);
    } else {
        for (size_t line = call->first; line <= call->last && !editor->quit && editor->inside->budget > 0;
             line++) {
            editor_set_cursor(editor, place_line_begin(editor_text(editor), line));
            good = input_run_nested(editor, keys.keys, keys.count);
        }
    }
    key_list_free(&keys);
    return good || editor->inside->depth < NESTING_LIMIT;
}

enum { WHOLE = LINE_WHOLE_DEFAULT | LINE_TAKES_BAR };

const struct command commands_line_global[] = {
    { "global",
      "runs a command on every line that matches; !: on the others",
      COMMAND_LINE,
      WHOLE,
      { .act = matching },
      1 },
    { "vglobal",
      "runs a command on every line that does not match",
      COMMAND_LINE,
      WHOLE,
      { .act = others },
      1 },
    { "normal", "types keys, on every line of a range", COMMAND_LINE, LINE_TAKES_BAR, { .act = normal }, 4 },
    { 0 },
};
