/* confirm.c - replacing match by match, each confirmed by a key: :s///c and query-replace. What the keys do
 * stands in the keymap's mode "confirming". */
#include "editor/command/line.h"
#include "editor/command/search.h"

#include <stdlib.h>
#include <string.h>

void confirm_free(struct confirm *confirm)
{
    free(confirm->pattern);
    free(confirm->replacement);
    *confirm = (struct confirm){ 0 };
}

static bool finish(struct editor *editor)
{
    struct confirm *confirm = &editor->inside->confirm;
    size_t count = confirm->count;
    confirm_free(confirm);
    if (editor->inside->base == MODE_INSERT)
        editor_close_step(editor);
    return editor_message(editor, "%zu replaced", count);
}

/* Shows the next match, or ends. */
static bool show_next(struct editor *editor)
{
    struct confirm *confirm = &editor->inside->confirm;
    struct pattern *pattern = pattern_use(editor, confirm->pattern);
    struct text *text = editor_text(editor);
    size_t end = text_size(text) - confirm->behind;
    if (confirm->at > confirm->from && confirm->at > place_begin(text, confirm->at) &&
        confirm->at == place_end(text, confirm->at))
        confirm->at++; /* the end of a line that had a match matches no more */
    if (!pattern || end == 0 || !pattern_forward(editor, pattern, confirm->at, end - 1, &confirm->match))
        return finish(editor);
    editor_set_cursor(editor, confirm->match.groups[0].start);
    return editor_message(editor, "replace by %.100s? (y)es (n)o (a)ll (l)ast (q)uit", confirm->replacement);
}

static void go_on_from(struct editor *editor, size_t at, bool empty)
{
    struct confirm *confirm = &editor->inside->confirm;
    struct text *text = editor_text(editor);
    confirm->at = confirm->every ? at : place_end(text, at) + 1;
    if (confirm->every && empty)
        confirm->at = at < text_size(text) ? place_next(text, at) : at + 1;
}

static void skip_one(struct editor *editor)
{
    struct span span = editor->inside->confirm.match.groups[0];
    go_on_from(editor, span.end, span.start == span.end);
}

static void replace_one(struct editor *editor)
{
    struct confirm *confirm = &editor->inside->confirm;
    struct span span = confirm->match.groups[0];
    struct bytes out = { 0 };
    if (confirm->literal)
        bytes_append_text(&out, confirm->replacement);
    else
        replacement_expand(editor, confirm->replacement, &confirm->match, &out);
    editor_replace(editor, span, out.data ? out.data : "", out.size);
    confirm->count++;
    go_on_from(editor, span.start + out.size, span.start == span.end);
    bytes_free(&out);
}

bool confirm_begin(struct editor *editor, const char *pattern, const char *replacement, struct span within,
                   bool every, bool literal)
{
    struct confirm *confirm = &editor->inside->confirm;
    struct confirm fresh = {
        .active = true, .every = every, .literal = literal, .at = within.start, .from = within.start
    };
    fresh.behind = text_size(editor_text(editor)) - within.end;
    fresh.pattern = memory_copy(pattern, strlen(pattern));
    fresh.replacement = memory_copy(replacement, strlen(replacement));
    confirm_free(confirm);
    *confirm = fresh;
    document_begin_at(editor_document(editor), editor->window.cursor);
    return show_next(editor);
}

bool confirm_key(struct editor *editor, struct key key)
{
    const struct binding *binding = 0;
    if (keymap_match(editor->keymap, "confirming", &key, 1, &binding) == MATCH_WHOLE) {
        struct call call = { .command = binding->command, .count = 1, .argument = binding->argument };
        call.command->act(editor, &call);
        return true;
    }
    if (editor->inside->base == MODE_NORMAL)
        return true;
    finish(editor);
    return false;
}

/* Arguments: yes, no, all, last, quit. */
static bool confirm(struct editor *editor, const struct call *call)
{
    struct confirm *confirm = &editor->inside->confirm;
    const char *answer = call->argument;
    if (!confirm->active)
        return editor_error(editor, "nothing is being replaced");
    if (answer[0] == 'q')
        return finish(editor);
    if (answer[0] == 'n')
        skip_one(editor);
    else
        replace_one(editor);
    if (answer[0] == 'l')
        return finish(editor);
    show_next(editor);
    while (answer[0] == 'a' && confirm->active) {
        replace_one(editor);
        show_next(editor);
    }
    return true;
}

struct asked {
    char *pattern;
    bool at_once;
};

static bool take_replacement(struct editor *editor, void *user, const char *text)
{
    struct asked *asked = user;
    struct span within = { editor->window.cursor, text_size(editor_text(editor)) };
    bool good = true;
    if (text) {
        editor_close_step(editor);
        good = confirm_begin(editor, asked->pattern, text, within, true, true);
        if (asked->at_once && editor->inside->confirm.active)
            good = confirm(editor, &(struct call){ .argument = "all" });
    }
    free(asked->pattern);
    free(asked);
    return good;
}

static bool take_pattern(struct editor *editor, void *user, const char *text)
{
    struct asked *asked = user;
    if (!text || !*text) {
        free(asked);
        return true;
    }
    asked->pattern = pattern_of_text(text);
    editor_ask(editor, "replace it by: ", take_replacement, asked);
    return true;
}

/* Argument: all (without questions). */
static bool query_replace(struct editor *editor, const struct call *call)
{
    struct asked *asked = memory_new_zero(sizeof *asked);
    asked->at_once = call->command->name[0] == 'r';
    editor_ask(editor, "replace: ", take_pattern, asked);
    return true;
}

const struct command commands_confirm[] = {
    { "confirm",
      "answers whether to replace: yes, no, all, last, quit",
      COMMAND_ACTION,
      HIDDEN,
      { .act = confirm },
      0 },
    { "query-replace",
      "asks for a text and another, and replaces from the cursor on, asking at each place",
      COMMAND_ACTION,
      MODIFIES,
      { .act = query_replace },
      0 },
    { "replace-string",
      "asks for a text and another, and replaces from the cursor on",
      COMMAND_ACTION,
      MODIFIES,
      { .act = query_replace },
      0 },
    { 0 },
};
