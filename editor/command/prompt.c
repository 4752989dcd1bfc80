/* prompt.c - the line at the bottom: the command line, searches, questions. */
#include "editor/command/editor_inside.h"
#include "editor/command/palette.h"
#include "editor/text/utf8.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void history_add(struct line_history *history, const char *line)
{
    if (!*line)
        return;
    for (size_t i = 0; i < history->count; i++)
        if (!strcmp(history->lines[i], line)) {
            free(history->lines[i]);
            memmove(&history->lines[i], &history->lines[i + 1],
                    (history->count - i - 1) * sizeof *history->lines);
            history->count--;
            break;
        }
    if (!history->lines)
        history->lines = memory_new((HISTORY_KEPT + 1) * sizeof *history->lines);
    if (history->count == HISTORY_KEPT) {
        free(history->lines[0]);
        memmove(history->lines, history->lines + 1, --history->count * sizeof *history->lines);
    }
    history->lines[history->count++] = memory_copy(line, strlen(line));
}

static void prompt_set(struct prompt *prompt, const char *text, size_t size)
{
    bytes_clear(&prompt->text);
    bytes_append(&prompt->text, text, size);
    prompt->cursor = size;
}

void prompt_open(struct editor *editor, char kind, const char *text)
{
    struct prompt *prompt = &editor->prompt;
    prompt->active = true;
    prompt->kind = kind;
    prompt->done = 0;
    prompt->user = 0;
    prompt->history = 0;
    prompt->palette = false;
    prompt->chosen = 0;
    snprintf(prompt->ask, sizeof prompt->ask, "%c", kind);
    prompt_set(prompt, text, strlen(text));
}

void editor_ask(struct editor *editor, const char *ask, bool (*done)(struct editor *, void *, const char *),
                void *user)
{
    prompt_open(editor, 'a', "");
    snprintf(editor->prompt.ask, sizeof editor->prompt.ask, "%s", ask);
    editor->prompt.done = done;
    editor->prompt.user = user;
}

void prompt_insert(struct editor *editor, const char *bytes, size_t size)
{
    struct prompt *prompt = &editor->prompt;
    if (prompt->text.size + size > 1 << 20)
        return;
    bytes_reserve(&prompt->text, size + 1);
    char *at = prompt->text.data + prompt->cursor;
    memmove(at + size, at, prompt->text.size - prompt->cursor);
    memcpy(at, bytes, size);
    prompt->text.size += size;
    prompt->text.data[prompt->text.size] = 0;
    prompt->cursor += size;
    prompt->chosen = 0;
}

static void prompt_delete(struct prompt *prompt, size_t start, size_t end)
{
    if (start >= end)
        return;
    memmove(prompt->text.data + start, prompt->text.data + end, prompt->text.size - end);
    prompt->text.size -= end - start;
    prompt->text.data[prompt->text.size] = 0;
    prompt->cursor = start;
    prompt->chosen = 0;
}

void prompt_close(struct editor *editor)
{
    incremental_end(editor);
    editor->prompt.active = false;
    editor->pending.sequence.count = 0;
    editor->pending.awaiting = 0;
}

static bool prompt_cancel(struct editor *editor, const struct call *call)
{
    (void)call;
    struct prompt *prompt = &editor->prompt;
    prompt_close(editor);
    if (prompt->done) {
        bool (*done)(struct editor *, void *, const char *) = prompt->done;
        prompt->done = 0;
        done(editor, prompt->user, 0);
        return true;
    }
    if (prompt->kind == ':' && editor->mode == MODE_VISUAL)
        editor_end_selection(editor);
    pending_clear(editor);
    return true;
}

static bool finish_line(struct editor *editor, const char *line)
{
    struct editor_inside *inside = editor->inside;
    inside->selection_exact = editor->mode == MODE_VISUAL;
    if (editor->mode == MODE_VISUAL)
        editor_end_selection(editor);
    pending_clear(editor);
    history_add(&inside->lines, line);
    bool good = line_run(editor, line);
    if (*line) {
        char *copy = memory_copy(line, strlen(line));
        free(inside->last_line);
        inside->last_line = copy;
    }
    inside->selection_exact = false;
    return good;
}

static bool finish_search(struct editor *editor, const char *pattern)
{
    const struct binding *binding = editor->inside->prompt_binding;
    history_add(&editor->inside->patterns, pattern);
    editor->inside->failed = false;
    if (binding)
        input_dispatch(editor, binding->command, pattern, (struct key){ 0 });
    return !editor->inside->failed;
}

static bool prompt_finish(struct editor *editor, const struct call *call)
{
    (void)call;
    struct prompt *prompt = &editor->prompt;
    const struct command *chosen = palette_chosen(editor);
    struct bytes line = { 0 };
    bool good;
    if (chosen)
        palette_line(editor, chosen, &line);
    else
        bytes_append(&line, prompt->text.data ? prompt->text.data : "", prompt->text.size);
    prompt_close(editor);
    if (prompt->done) {
        bool (*done)(struct editor *, void *, const char *) = prompt->done;
        prompt->done = 0;
        good = done(editor, prompt->user, line.data);
    } else if (prompt->kind == ':') {
        good = finish_line(editor, line.data);
    } else {
        good = finish_search(editor, line.data);
    }
    bytes_free(&line);
    return good;
}

static bool prompt_key(struct editor *editor, const struct call *call)
{
    uint32_t code = key_character(call->character);
    char out[4];
    if (call->character.modifiers == KEY_CONTROL && call->character.code >= 'a' &&
        call->character.code <= 'z')
        code = call->character.code & 31;
    if (code == (uint32_t)-1)
        return true;
    prompt_insert(editor, out, unit_encode((int32_t)code, out));
    return true;
}

static bool prompt_back(struct editor *editor, const struct call *call)
{
    struct prompt *prompt = &editor->prompt;
    if (prompt->text.size == 0)
        return prompt_cancel(editor, call);
    size_t size = prompt->cursor ? cluster_size_before(prompt->text.data, prompt->cursor) : 0;
    prompt_delete(prompt, prompt->cursor - size, prompt->cursor);
    return true;
}

static bool prompt_delete_forward(struct editor *editor, const struct call *call)
{
    struct prompt *prompt = &editor->prompt;
    size_t rest = prompt->text.size - prompt->cursor;
    if (rest == 0)
        return prompt_back(editor, call);
    prompt_delete(prompt, prompt->cursor,
                  prompt->cursor + cluster_size(prompt->text.data + prompt->cursor, rest));
    return true;
}

static bool prompt_word_back(struct editor *editor, const struct call *call)
{
    (void)call;
    struct prompt *prompt = &editor->prompt;
    size_t at = prompt->cursor;
    while (at > 0 && code_is_blank((unsigned char)prompt->text.data[at - 1]))
        at--;
    int class = at ? code_class((unsigned char)prompt->text.data[at - 1], false) : 0;
    while (at > 0 && code_class((unsigned char)prompt->text.data[at - 1], false) == class)
        at--;
    prompt_delete(prompt, at, prompt->cursor);
    return true;
}

static bool prompt_clear(struct editor *editor, const struct call *call)
{
    (void)call;
    prompt_delete(&editor->prompt, 0, editor->prompt.cursor);
    return true;
}

static bool prompt_left(struct editor *editor, const struct call *call)
{
    (void)call;
    struct prompt *prompt = &editor->prompt;
    if (prompt->cursor)
        prompt->cursor -= cluster_size_before(prompt->text.data, prompt->cursor);
    return true;
}

static bool prompt_right(struct editor *editor, const struct call *call)
{
    (void)call;
    struct prompt *prompt = &editor->prompt;
    if (prompt->cursor < prompt->text.size)
        prompt->cursor +=
            cluster_size(prompt->text.data + prompt->cursor, prompt->text.size - prompt->cursor);
    return true;
}

static bool prompt_begin(struct editor *editor, const struct call *call)
{
    (void)call;
    editor->prompt.cursor = 0;
    return true;
}

static bool prompt_end(struct editor *editor, const struct call *call)
{
    (void)call;
    editor->prompt.cursor = editor->prompt.text.size;
    return true;
}

static bool prompt_history(struct editor *editor, bool older)
{
    struct prompt *prompt = &editor->prompt;
    const struct line_history *history =
        prompt->kind == ':' ? &editor->inside->lines : &editor->inside->patterns;
    if (older ? prompt->history >= history->count : prompt->history == 0)
        return true;
    if (prompt->history == 0) {
        bytes_clear(&prompt->typed);
        bytes_append(&prompt->typed, prompt->text.data ? prompt->text.data : "", prompt->text.size);
    }
    prompt->history += older ? 1 : (size_t)-1;
    const char *line =
        prompt->history ? history->lines[history->count - prompt->history] : prompt->typed.data;
    prompt_set(prompt, line ? line : "", prompt->history ? strlen(line) : prompt->typed.size);
    return true;
}

static bool prompt_older(struct editor *editor, const struct call *call)
{
    (void)call;
    if (editor->prompt.palette)
        palette_move(editor, -1);
    return editor->prompt.palette || prompt_history(editor, true);
}

static bool prompt_newer(struct editor *editor, const struct call *call)
{
    (void)call;
    if (editor->prompt.palette)
        palette_move(editor, 1);
    return editor->prompt.palette || prompt_history(editor, false);
}

static bool prompt_register(struct editor *editor, const struct call *call)
{
    struct yank yank;
    if (call->character.modifiers == KEY_CONTROL) {
        struct span span;
        struct text *text = editor_text(editor);
        if (call->character.code != 'w' || !word_under(text, editor->window.cursor, false, &span))
            return true;
        char *word = text_copy(text, span);
        prompt_insert(editor, word, span.end - span.start);
        free(word);
        return true;
    }
    if (!register_read(editor, key_character(call->character), &yank))
        return true;
    for (size_t i = 0; i < yank.size; i++)
        if (yank.bytes[i] == '\n')
            yank.bytes[i] = '\r';
    prompt_insert(editor, yank.bytes, yank.size);
    free(yank.bytes);
    return true;
}

static bool prompt_literal(struct editor *editor, const struct call *call)
{
    struct bytes bytes = { 0 };
    key_encode(call->character, &bytes);
    prompt_insert(editor, bytes.data, bytes.size);
    bytes_free(&bytes);
    return true;
}

/* Opens the command line, the argument typed already: after a count with the lines it names, in a selection
 * with the selection. */
static bool command_line(struct editor *editor, const struct call *call)
{
    char range[64] = "";
    struct region region;
    if (editor_selection(editor, &region)) {
        snprintf(range, sizeof range, "'<,'>");
        editor->inside->last_extent = selection_extent(editor, &region);
    } else if (call->counted && call->count == 1) {
        snprintf(range, sizeof range, ".");
    } else if (call->counted) {
        snprintf(range, sizeof range, ".,.+%zu", call->count - 1);
    }
    prompt_open(editor, ':', range);
    if (*call->argument) {
        prompt_insert(editor, call->argument, strlen(call->argument));
        if (isalpha((unsigned char)*call->argument))
            prompt_insert(editor, " ", 1);
    }
    return true;
}

/* In a selection the chosen command works on it. */
static bool command_palette(struct editor *editor, const struct call *call)
{
    prompt_open(editor, ':', call->argument);
    editor->prompt.palette = true;
    return true;
}

const struct command commands_prompt[] = {
    { "command-line", "asks for a command by its name", COMMAND_ACTION, 0, { .act = command_line }, 0 },
    { "command-palette",
      "lists every command with its keys, to choose one",
      COMMAND_ACTION,
      0,
      { .act = command_palette },
      0 },
    { "prompt-key", "types the key into the command line", COMMAND_ACTION, HIDDEN, { .act = prompt_key }, 0 },
    { "prompt-finish", "runs the command line", COMMAND_ACTION, HIDDEN, { .act = prompt_finish }, 0 },
    { "prompt-cancel", "leaves the command line", COMMAND_ACTION, HIDDEN, { .act = prompt_cancel }, 0 },
    { "prompt-back",
      "deletes a character, leaves an empty line",
      COMMAND_ACTION,
      HIDDEN,
      { .act = prompt_back },
      0 },
    { "prompt-delete",
      "deletes the character under the cursor",
      COMMAND_ACTION,
      HIDDEN,
      { .act = prompt_delete_forward },
      0 },
    { "prompt-word-back", "deletes a word", COMMAND_ACTION, HIDDEN, { .act = prompt_word_back }, 0 },
    { "prompt-clear", "deletes to the begin", COMMAND_ACTION, HIDDEN, { .act = prompt_clear }, 0 },
    { "prompt-left", "one character left", COMMAND_ACTION, HIDDEN, { .act = prompt_left }, 0 },
    { "prompt-right", "one character right", COMMAND_ACTION, HIDDEN, { .act = prompt_right }, 0 },
    { "prompt-begin", "to the begin", COMMAND_ACTION, HIDDEN, { .act = prompt_begin }, 0 },
    { "prompt-end", "to the end", COMMAND_ACTION, HIDDEN, { .act = prompt_end }, 0 },
    { "prompt-older", "an older line", COMMAND_ACTION, HIDDEN, { .act = prompt_older }, 0 },
    { "prompt-newer", "a newer line", COMMAND_ACTION, HIDDEN, { .act = prompt_newer }, 0 },
    { "prompt-register",
      "types a register",
      COMMAND_ACTION,
      HIDDEN | TAKES_CHARACTER,
      { .act = prompt_register },
      0 },
    { "prompt-literal",
      "types the next key as it is",
      COMMAND_ACTION,
      HIDDEN | TAKES_CHARACTER,
      { .act = prompt_literal },
      0 },
    { 0 },
};
